// Knows: how JavaScript has a program run and hears of its end. Refuses to know: how that is done (process_thread.cc).
#include "process_calls.h"

#include <sys/wait.h>

#include "process_thread.h"
#include "values.h"

namespace {

/** What belongs to one environment of node: its main thread, or a worker. */
struct Calls {
  napi_env env;
  napi_threadsafe_function teller = nullptr;
  std::unique_ptr<ProcessThread> thread;
  uint32_t lastId = 0;
  /** How many are running: node stays alive for them, and only for them. */
  uint32_t running = 0;
  struct Waiting {
    uint32_t id;
    napi_ref done;
  };
  std::vector<Waiting> waiting;
};

const char* nameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::exited: return "exited";
    case Outcome::notStarted: return "notStarted";
    case Outcome::timedOut: return "timedOut";
    case Outcome::tooMuchOutput: return "tooMuchOutput";
    case Outcome::tooMuchErrorOutput: return "tooMuchErrorOutput";
    case Outcome::cancelled: return "cancelled";
    case Outcome::running: break;
  }
  return "running";
}

napi_value bytes(napi_env env, const std::string& content) {
  napi_value made = nullptr;
  napi_create_buffer_copy(env, content.size(), content.data(), nullptr, &made);
  return made;
}

napi_value describe(napi_env env, const Process& process) {
  napi_value told = nullptr;
  napi_value outcome = nullptr;
  napi_create_object(env, &told);
  napi_create_string_utf8(env, nameOf(process.outcome), NAPI_AUTO_LENGTH, &outcome);
  values::define(env, told, "outcome", outcome);
  values::define(env, told, "error", values::number(env, process.error));
  bool exited = process.reaped && WIFEXITED(process.status);
  bool signalled = process.reaped && WIFSIGNALED(process.status);
  values::define(env, told, "code", exited ? values::number(env, WEXITSTATUS(process.status)) : values::undefined(env));
  values::define(env, told, "signal", signalled ? values::number(env, WTERMSIG(process.status)) : values::undefined(env));
  values::define(env, told, "stdout", bytes(env, process.output[0]));
  values::define(env, told, "stderr", bytes(env, process.output[1]));
  return told;
}

/** On the programs' thread. */
void onDone(void* context, std::unique_ptr<Process> process) {
  Process* passed = process.release();
  if (napi_call_threadsafe_function(static_cast<Calls*>(context)->teller, passed, napi_tsfn_nonblocking) != napi_ok) delete passed;
}

/** On node's thread; without an environment when node is on its way out. */
void tell(napi_env env, napi_value, void* context, void* data) {
  std::unique_ptr<Process> process(static_cast<Process*>(data));
  if (env == nullptr) return;
  auto* calls = static_cast<Calls*>(context);
  if (--calls->running == 0) napi_unref_threadsafe_function(env, calls->teller);
  for (size_t at = 0; at < calls->waiting.size(); at++) {
    if (calls->waiting[at].id != process->id) continue;
    napi_value done = nullptr;
    napi_get_reference_value(env, calls->waiting[at].done, &done);
    napi_delete_reference(env, calls->waiting[at].done);
    calls->waiting.erase(calls->waiting.begin() + static_cast<std::ptrdiff_t>(at));
    napi_value told = describe(env, *process);
    napi_call_function(env, values::undefined(env), done, 1, &told, nullptr);
    return;
  }
}

bool readSpec(napi_env env, napi_value given, ProcessSpec& spec) {
  napi_value cwd = values::property(env, given, "cwd");
  napi_value input = values::property(env, given, "input");
  uint32_t timeoutMs = 0;
  uint32_t maxOutput = 0;
  if (!values::readText(env, values::property(env, given, "program"), spec.program) || !values::readTexts(env, values::property(env, given, "args"), spec.args) ||
      !values::readTexts(env, values::property(env, given, "env"), spec.env) || !values::readIndex(env, values::property(env, given, "timeoutMs"), timeoutMs) ||
      !values::readIndex(env, values::property(env, given, "maxOutput"), maxOutput)) {
    return false;
  }
  if (!values::isUndefined(env, cwd) && !values::readText(env, cwd, spec.cwd)) return false;
  if (!values::isUndefined(env, input) && !values::readBytes(env, input, spec.input)) return false;
  spec.timeoutMs = timeoutMs;
  spec.maxOutput = maxOutput;
  return true;
}

Calls* callsOf(napi_env env) {
  void* calls = nullptr;
  napi_get_instance_data(env, &calls);
  return static_cast<Calls*>(calls);
}

napi_value run(napi_env env, napi_callback_info info) {
  values::Call call = values::receive(env, info);
  Calls* calls = callsOf(env);
  auto process = std::make_unique<Process>();
  if (calls->thread == nullptr) return values::refuse(env, "this environment is on its way out");
  if (!readSpec(env, call.args[0], process->spec)) return nullptr;
  napi_valuetype type = napi_undefined;
  napi_ref done = nullptr;
  if (napi_typeof(env, call.args[1], &type) != napi_ok || type != napi_function || napi_create_reference(env, call.args[1], 1, &done) != napi_ok) {
    return values::refuse(env, "a function is expected");
  }
  uint32_t id = process->id = ++calls->lastId;
  if (!calls->thread->run(std::move(process))) {
    napi_delete_reference(env, done);
    napi_throw_error(env, nullptr, "no thread can be had for running programs");
    return nullptr;
  }
  calls->waiting.push_back({id, done});
  if (calls->running++ == 0) napi_ref_threadsafe_function(env, calls->teller);
  return values::number(env, id);
}

napi_value cancel(napi_env env, napi_callback_info info) {
  values::Call call = values::receive(env, info);
  uint32_t id = 0;
  Calls* calls = callsOf(env);
  if (values::readIndex(env, call.args[0], id) && calls->thread != nullptr) calls->thread->cancel(id);
  return nullptr;
}

/** Ends the thread while what it would call is still there. */
void stop(void* calls) { static_cast<Calls*>(calls)->thread.reset(); }

}  // namespace

bool defineProcessCalls(napi_env env, napi_value exports) {
  auto* calls = new Calls{env, nullptr, nullptr, 0, 0, {}};
  napi_value name = nullptr;
  napi_create_string_utf8(env, "sccache-ts programs", NAPI_AUTO_LENGTH, &name);
  bool made = napi_set_instance_data(env, calls, [](napi_env, void* data, void*) { delete static_cast<Calls*>(data); }, nullptr) == napi_ok &&
              napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, calls, tell, &calls->teller) == napi_ok;
  if (!made) {
    values::refuse(env, "the programs' thread cannot be prepared");
    return false;
  }
  napi_unref_threadsafe_function(env, calls->teller);
  calls->thread = std::make_unique<ProcessThread>(onDone, calls);
  // After the function that the thread calls: hooks are run in the opposite order.
  napi_add_env_cleanup_hook(env, stop, calls);
  napi_value function = nullptr;
  napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, nullptr, &function);
  values::define(env, exports, "run", function);
  napi_create_function(env, "cancel", NAPI_AUTO_LENGTH, cancel, nullptr, &function);
  values::define(env, exports, "cancel", function);
  return true;
}
