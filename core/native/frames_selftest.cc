// Checks frames.cc against fixtures/launcher-frames/vectors.txt, given as the argument. Exit 0: every vector agrees.
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "frames.h"

namespace {

using frames::How;
using frames::Kind;
using frames::Order;

std::string unhex(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

frames::Compile fullCompile() {
  frames::Compile request;
  request.build = "0.1.0";
  request.cwd = "/home/\xc3\xa4 b";
  request.device = 0x0102030405060708;
  request.inode = UINT64_MAX;
  request.umask = 022;
  request.colour = true;
  request.compiler = "/usr/bin/gcc";
  request.args = {"-c", "", "a.c"};
  request.env = {"PATH", "/usr/bin", "EMPTY", ""};
  return request;
}

frames::Compile bareCompile() {
  frames::Compile request;
  request.cwd = "/";
  request.inode = 1;
  request.compiler = "/c";
  return request;
}

const std::map<std::string, std::string> said = {
    {"knock", frames::knock("c0ffee")},
    {"compile", frames::compile(fullCompile())},
    {"compile-bare", frames::compile(bareCompile())},
    {"command", frames::command("0.1.0", "stats", "{\"format\":\"json\"}")},
    {"stdout", frames::chunk(1, "out\n")},
    {"stderr", frames::chunk(2, std::string("\0\xff\n", 3))},
    {"ran-exited", frames::ran({How::exited, 3, 1234567})},
    {"ran-killed", frames::ran({How::killed, 11, 1ull << 40})},
    {"ran-not-started", frames::ran({How::notStarted, 7, 0})},
};

bool isPiece(const frames::Piece& piece, const frames::Piece& expected) {
  return piece.place == expected.place && piece.offset == expected.offset && piece.length == expected.length &&
         piece.executable == expected.executable && piece.writtenInto == expected.writtenInto;
}

bool isFullLanding(const Order& order) {
  const frames::Landing& landing = order.landing;
  if (order.kind != Kind::land || landing.source != "/cache/\xc3\xa4" || landing.pieces.size() != 3) return false;
  if (landing.device != 0x0102030405060708 || landing.inode != UINT64_MAX || landing.size != 1ull << 40) return false;
  if (landing.mtimeNs != 1700000000123456789 || landing.ctimeNs != 1) return false;
  return isPiece(landing.pieces[0], {"/b/a.o", 4096, 1ull << 33, false, false}) && isPiece(landing.pieces[1], {"/b/tool", 0, 0, true, false}) &&
         isPiece(landing.pieces[2], {"/b/\xc3\xa4.d", 100, 20, false, true});
}

const std::map<std::string, std::function<bool(const Order&)>> heard = {
    {"open", [](const Order& o) { return o.kind == Kind::open && o.text == "c0ffee"; }},
    {"become", [](const Order& o) { return o.kind == Kind::become; }},
    {"run",
     [](const Order& o) {
       return o.kind == Kind::run && o.run == frames::Run::helper && o.text == "/usr/bin/gcc" && o.args == std::vector<std::string>{"-E", "\xc3\xa4.c"};
     }},
    {"run-final", [](const Order& o) { return o.kind == Kind::run && o.run == frames::Run::final && o.text == "/usr/bin/gcc" && o.args.empty(); }},
    {"run-live", [](const Order& o) { return o.kind == Kind::run && o.run == frames::Run::live && o.text == "/usr/bin/rustc" && o.args.empty(); }},
    {"print", [](const Order& o) { return o.kind == Kind::print && o.number == 2 && o.text == "warning"; }},
    {"exit", [](const Order& o) { return o.kind == Kind::exit && o.number == 255; }},
    {"die", [](const Order& o) { return o.kind == Kind::die && o.number == 9; }},
    {"wait", [](const Order& o) { return o.kind == Kind::wait; }},
    {"reply", [](const Order& o) { return o.kind == Kind::reply && o.text == "{}"; }},
    {"land", isFullLanding},
    {"land-nothing", [](const Order& o) { return o.kind == Kind::land && o.landing.source.empty() && o.landing.pieces.empty(); }},
};

bool agrees(const std::string& name, const std::string& bytes) {
  auto mine = said.find(name);
  if (mine != said.end()) return mine->second == bytes;
  auto check = heard.find(name);
  Order order;
  if (check == heard.end() || !frames::decode(std::string_view(bytes).substr(4), order) || !check->second(order)) return false;
  // Cut anywhere, a frame must be refused; become alone is frozen without a body, print may end anywhere behind its descriptor.
  for (size_t length = 0; name != "become" && name != "print" && length + 4 < bytes.size(); length++) {
    Order cut;
    if (frames::decode(std::string_view(bytes).substr(4, length), cut)) return false;
  }
  return true;
}

bool utf8() {
  const char* good[] = {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};
  const char* bad[] = {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80", "\xe2\x82"};
  for (const char* text : good) {
    if (!frames::isUtf8(text)) return false;
  }
  for (const char* text : bad) {
    if (frames::isUtf8(text)) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "");
  size_t count = 0;
  bool fine = utf8();
  if (!fine) fprintf(stderr, "isUtf8 is wrong\n");
  for (std::string line; std::getline(file, line);) {
    size_t space = line.find(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    std::string name = line.substr(0, space);
    count++;
    if (agrees(name, unhex(line.substr(space + 1)))) continue;
    fprintf(stderr, "%s does not agree\n", name.c_str());
    fine = false;
  }
  if (count != said.size() + heard.size()) {
    fprintf(stderr, "%zu vectors for %zu messages\n", count, said.size() + heard.size());
    fine = false;
  }
  printf("%zu vectors\n", count);
  return fine ? 0 : 1;
}
