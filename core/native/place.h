// Knows: where the daemon of this user listens and what lies beside its socket. Refuses to know: whether it is there.
// core/src/host/daemon-place.ts is the same for the daemon; both must give the same names.
#pragma once
#include <cstdint>
#include <string>

struct Place {
  enum class Kind { file, abstract, port } kind;
  /** file: the socket's path; abstract: its name. */
  std::string name;
  uint16_t port;
  /** Ours alone (0700, owner checked): lock, secrets and the note of a failed start. */
  std::string lockFile;
  std::string secretsFile;
  std::string failureFile;

  /** The kernel tells who listens on a socket file in a folder of ours; elsewhere both sides show secrets. */
  bool needsSecrets() const { return kind != Kind::file; }
};

/** False when there is no folder that this user can trust. Creates the folder. */
bool findPlace(Place& place);
