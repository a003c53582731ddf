// Knows: frames over a non-blocking socket. Refuses to know: what they say.
#pragma once
#include <string>
#include <string_view>

class Link {
 public:
  explicit Link(int fd) : fd_(fd) {}
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  /** Bytes that the daemon has not taken yet. */
  size_t unsent() const { return unsent_.size() - sentOf_; }

  /** Queues a frame and sends what can be sent now. False: the daemon is gone, the link closed. */
  bool send(std::string_view frame);
  bool flush();
  /** Reads what has come. False: the daemon is gone; frames that came before may still be taken. */
  bool receive();
  /** The next whole frame without its length, valid until the next call of `receive`. */
  enum class Next { frame, none, broken };
  Next next(std::string_view& payload);
  void close();

 private:
  int fd_;
  std::string unsent_;
  size_t sentOf_ = 0;
  std::string received_;
  size_t takenOf_ = 0;
};
