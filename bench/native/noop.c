// Knows: nothing: what starting and ending any program costs. Refuses to know: everything else.
int main(void) { return 0; }
