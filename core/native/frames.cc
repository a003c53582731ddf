// Knows: launcher frames <-> bytes. Refuses to know: what an order makes the launcher do.
#include "frames.h"

#include <cstring>

namespace frames {
namespace {

template <typename Number>
void put(std::string& out, Number value) {
  char bytes[sizeof value];
  for (size_t i = 0; i < sizeof value; i++) bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
  out.append(bytes, sizeof value);
}

void putText(std::string& out, std::string_view text) {
  put(out, static_cast<uint32_t>(text.size()));
  out.append(text);
}

void putTexts(std::string& out, const std::vector<std::string_view>& texts) {
  put(out, static_cast<uint32_t>(texts.size()));
  for (std::string_view text : texts) putText(out, text);
}

std::string begin(uint8_t kind) {
  std::string out(4, '\0');
  put(out, kind);
  return out;
}

std::string finished(std::string out) {
  std::string length;
  put(length, static_cast<uint32_t>(out.size() - 4));
  out.replace(0, 4, length);
  return out;
}

/** A piece with an empty name. */
constexpr size_t leastPiece = 4 + 8 + 8 + 1;

/** Takes fields from the front; once something does not fit, `good` stays false. */
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  template <typename Number>
  Number number() {
    Number value = 0;
    std::string_view bytes = take(sizeof value);
    if (!good_) return 0;
    for (size_t i = 0; i < sizeof value; i++) {
      value |= static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(bytes[i])) << (8 * i));
    }
    return value;
  }

  std::string text() { return std::string(take(number<uint32_t>())); }

  std::vector<std::string> texts() {
    std::vector<std::string> all;
    uint32_t count = number<uint32_t>();
    if (count > rest_.size() / 4) good_ = false;
    for (uint32_t i = 0; good_ && i < count; i++) all.push_back(text());
    return all;
  }

  Piece piece() {
    Piece one;
    one.place = text();
    one.offset = number<uint64_t>();
    one.length = number<uint64_t>();
    uint8_t flags = number<uint8_t>();
    one.executable = (flags & 1) != 0;
    one.writtenInto = (flags & 2) != 0;
    if (flags > 3) good_ = false;
    return one;
  }

  Landing landing() {
    Landing all;
    all.source = text();
    for (uint64_t* field : {&all.device, &all.inode, &all.size, &all.mtimeNs, &all.ctimeNs}) *field = number<uint64_t>();
    uint32_t count = number<uint32_t>();
    if (count > rest_.size() / leastPiece) good_ = false;
    for (uint32_t i = 0; good_ && i < count; i++) all.pieces.push_back(piece());
    return all;
  }

  std::string toTheEnd() { return std::string(take(rest_.size())); }

  bool good() const { return good_; }
  bool whole() const { return good_ && rest_.empty(); }

 private:
  std::string_view take(size_t count) {
    if (!good_ || count > rest_.size()) {
      good_ = false;
      return {};
    }
    std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::string knock(std::string_view secret) {
  std::string out = begin(0x00);
  putText(out, secret);
  return finished(std::move(out));
}

std::string compile(const Compile& request) {
  std::string out = begin(0x01);
  put(out, protocol);
  putText(out, request.build);
  putText(out, request.cwd);
  put(out, request.device);
  put(out, request.inode);
  put(out, request.umask);
  put(out, static_cast<uint8_t>(request.colour));
  putText(out, request.compiler);
  putTexts(out, request.args);
  putTexts(out, request.env);
  return finished(std::move(out));
}

std::string command(std::string_view build, std::string_view name, std::string_view json) {
  std::string out = begin(0x02);
  put(out, protocol);
  putText(out, build);
  putText(out, name);
  putText(out, json);
  return finished(std::move(out));
}

std::string chunk(int fd, std::string_view bytes) {
  std::string out = begin(fd == 1 ? 0x03 : 0x04);
  out.append(bytes);
  return finished(std::move(out));
}

std::string ran(const Ran& end) {
  std::string out = begin(0x05);
  put(out, static_cast<uint8_t>(end.how));
  put(out, end.value);
  put(out, end.wallMicros);
  return finished(std::move(out));
}

bool decode(std::string_view payload, Order& order) {
  Cursor in(payload);
  uint8_t kind = in.number<uint8_t>();
  order.kind = static_cast<Kind>(kind);
  switch (order.kind) {
    case Kind::become:
      return in.good();
    case Kind::open:
    case Kind::reply:
      order.text = in.text();
      return in.whole();
    case Kind::run: {
      uint8_t run = in.number<uint8_t>();
      order.run = static_cast<Run>(run);
      order.text = in.text();
      order.args = in.texts();
      return in.whole() && run <= static_cast<uint8_t>(Run::live);
    }
    case Kind::print:
      order.number = in.number<uint8_t>();
      order.text = in.toTheEnd();
      return in.whole() && (order.number == 1 || order.number == 2);
    case Kind::exit:
    case Kind::die:
      order.number = in.number<uint8_t>();
      return in.whole();
    case Kind::wait:
      return in.whole();
    case Kind::land:
      order.landing = in.landing();
      return in.whole();
  }
  return false;
}

bool isUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    unsigned char lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0x80) continue;
    int more = lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
    if (more == 0) return false;
    for (int i = 0; i < more; i++, at++) {
      if (at >= text.size()) return false;
      unsigned char next = static_cast<unsigned char>(text[at]);
      if ((next & 0xc0) != 0x80) return false;
      if (i > 0) continue;
      // Overlong forms, surrogates, and what lies beyond U+10FFFF.
      if ((lead == 0xe0 && next < 0xa0) || (lead == 0xed && next > 0x9f)) return false;
      if ((lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next > 0x8f)) return false;
    }
  }
  return true;
}

}  // namespace frames
