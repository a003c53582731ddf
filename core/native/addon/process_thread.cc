// Knows: the one thread that minds all programs that run: it starts them, moves their bytes, keeps their time.
// Refuses to know: JavaScript; `done` is called on that thread.
#include "process_thread.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../system.h"

namespace {

constexpr uint64_t longestWaitMs = 3600 * 1000;

}  // namespace

bool ProcessThread::begin() {
  if (begun_) return true;
  if (wake_[0] < 0 && pipe(wake_) != 0) return false;
  for (int& end : wake_) {
    end = sys::aside(end);
    // Node starts programs too, and closes only what closes by itself.
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK | (&end == wake_ ? O_RDONLY : O_WRONLY));
  }
  // Signals are for node's own thread; and a program that is started must not run our handlers before it is itself.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  begun_ = pthread_create(&thread_, nullptr, [](void* self) -> void* {
    static_cast<ProcessThread*>(self)->loop();
    return nullptr;
  }, this) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return begun_;
}

ProcessThread::~ProcessThread() {
  if (begun_) {
    {
      std::lock_guard<std::mutex> held(mutex_);
      stop_ = true;
    }
    wake();
    pthread_join(thread_, nullptr);
  }
  for (int end : wake_) {
    if (end >= 0) close(end);
  }
}

bool ProcessThread::run(std::unique_ptr<Process> process) {
  if (!begin()) return false;
  {
    std::lock_guard<std::mutex> held(mutex_);
    ordered_.push_back(std::move(process));
  }
  wake();
  return true;
}

void ProcessThread::cancel(uint32_t id) {
  if (!begun_) return;
  {
    std::lock_guard<std::mutex> held(mutex_);
    cancelled_.push_back(id);
  }
  wake();
}

void ProcessThread::wake() {
  // A full pipe has woken it already.
  while (write(wake_[1], "", 1) < 0 && errno == EINTR) {
  }
}

/** False when it is time to stop. */
bool ProcessThread::takeOrders() {
  std::vector<std::unique_ptr<Process>> ordered;
  std::vector<uint32_t> cancelled;
  {
    std::lock_guard<std::mutex> held(mutex_);
    if (stop_) return false;
    ordered.swap(ordered_);
    cancelled.swap(cancelled_);
  }
  for (auto& process : ordered) {
    startProcess(*process);
    running_.push_back(std::move(process));
  }
  for (auto& process : running_) {
    if (std::find(cancelled.begin(), cancelled.end(), process->id) != cancelled.end()) stopProcess(*process, Outcome::cancelled);
  }
  return true;
}

void ProcessThread::serve() {
  uint64_t now = sys::nowMs();
  for (auto& process : running_) {
    if (process->outcome != Outcome::notStarted) serveProcess(*process, now);
    if (finishProcess(*process, now)) done_(context_, std::move(process));
  }
  running_.erase(std::remove(running_.begin(), running_.end(), nullptr), running_.end());
}

void ProcessThread::wait() {
  uint64_t now = sys::nowMs();
  uint64_t until = now + longestWaitMs;
  watched_.assign(1, {wake_[0], POLLIN, 0});
  for (const auto& process : running_) until = std::min(until, watchProcess(*process, now, watched_));
  poll(watched_.data(), static_cast<nfds_t>(watched_.size()), static_cast<int>(until > now ? until - now : 0));
  char bytes[64];
  while (read(wake_[0], bytes, sizeof bytes) > 0) {
  }
}

/** Nobody will hear of them any more, so they are not left to run. */
void ProcessThread::abandon() {
  for (auto& process : running_) {
    stopProcess(*process, Outcome::cancelled);
    // Bounded: one that hangs in the kernel is left behind.
    for (int tries = 0; tries < 100 && waitpid(process->pid, nullptr, WNOHANG) == 0; tries++) usleep(1000);
    finishProcess(*process, UINT64_MAX);
  }
  running_.clear();
}

void ProcessThread::loop() {
  while (takeOrders()) {
    serve();
    wait();
  }
  abandon();
}
