// Knows: how a service manager is told something: one datagram to a unix socket, which node cannot send. Refuses to know: what is told.
#include "tell_manager.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "values.h"

static int send(const std::string& address, const std::string& text) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (address.empty() || address.size() >= sizeof name.sun_path) return ENAMETOOLONG;
  memcpy(name.sun_path, address.data(), address.size());
  // Written with @, an abstract name begins with NUL.
  if (address[0] == '@') name.sun_path[0] = '\0';
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0) return errno;
  auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  // A manager that does not read must not hold us up.
  ssize_t sent = sendto(fd, text.data(), text.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&name), length);
  int error = sent < 0 ? errno : 0;
  close(fd);
  return error;
}

napi_value tellManager(napi_env env, napi_callback_info info) {
  values::Call call = values::receive(env, info);
  std::string address;
  std::string text;
  if (!values::readText(env, call.args[0], address) || !values::readText(env, call.args[1], text)) return nullptr;
  return values::number(env, send(address, text));
}
