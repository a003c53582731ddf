// Knows: the mounts that a job's sandbox begins with: whose they are, and which are left. Refuses to know: what is mounted for a job (enter.cc).
#pragma once

/** What the machine unmounts goes here too. */
void ownMounts();

/** The same for an ordinary user, who is root in there. */
void ownUser();

/** @param user the namespace that the mounts belong to, by its name; null: ours */
void join(const char* user, const char* mounts, const char* folder);

/** A path that `shed` leaves within reach. */
void need(const char* path);

/** Unmounts, for this process alone, what lies where no program or library is and is not needed. What cannot go stays. */
void shed();
