// Knows: the one thread that minds all programs that run: it starts them, moves their bytes, keeps their time.
// Refuses to know: JavaScript; `done` is called on that thread.
#pragma once
#include <memory>
#include <mutex>
#include <pthread.h>
#include <vector>

#include "process.h"

/**
 * A thread of its own, rather than one of the pool where files are read: a program may take as long as it likes, and node, when it is
 * told to exit, waits for its pool.
 */
class ProcessThread {
 public:
  using Done = void (*)(void* context, std::unique_ptr<Process> process);
  ProcessThread(Done done, void* context) : done_(done), context_(context) {}
  ProcessThread(const ProcessThread&) = delete;
  /** Kills what is running; `done` is not called any more. */
  ~ProcessThread();

  /** False when no thread or pipe can be had. */
  bool run(std::unique_ptr<Process> process);
  /** Kills it, if it is still running. */
  void cancel(uint32_t id);

 private:
  bool begin();
  void wake();
  void loop();
  bool takeOrders();
  void serve();
  void wait();
  void abandon();

  const Done done_;
  void* const context_;
  pthread_t thread_{};
  bool begun_ = false;
  int wake_[2] = {-1, -1};

  std::mutex mutex_;
  // Under the mutex.
  std::vector<std::unique_ptr<Process>> ordered_;
  std::vector<uint32_t> cancelled_;
  bool stop_ = false;

  // The thread's own.
  std::vector<std::unique_ptr<Process>> running_;
  std::vector<pollfd> watched_;
};
