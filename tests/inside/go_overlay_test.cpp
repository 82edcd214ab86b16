// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/go_overlay.hpp"

#include <doctest/doctest.h>

using lab::hang::make_overlay, lab::hang::Overlay, lab::hang::Undo;

namespace {

// The texts that the edits replace, by the version of Go that had them.
Overlay go_1_19() {
  return {{"syscall/exec_linux.go",
           "\tcase plain:\n\t\tr1, err1 = rawVforkSyscall(SYS_CLONE, "
           "uintptr(SIGCHLD|CLONE_VFORK|CLONE_VM)|sys.Cloneflags)\n"},
          {"syscall/forkpipe2.go", "func forkExecPipe(p []int) error {\n"},
          {"sync/mutex.go",
           "\t\t\tqueueLifo := waitStartTime != 0\n"
           "\t\t\tstarving = starving || runtime_nanotime()-waitStartTime > "
           "starvationThresholdNs\n"}};
}

Overlay go_1_25() {
  Overlay sources = go_1_19();
  sources["internal/sync/mutex.go"] = sources["sync/mutex.go"];
  sources["sync/mutex.go"] = "type Mutex struct {\n";
  sources["syscall/exec_linux.go"] =
      "\t\tflags |= CLONE_VFORK | CLONE_VM\n\t}\n\tclone(CLONE_VFORK|CLONE_VM|CLONE_PIDFD)\n";
  sources["syscall/forkpipe2.go"] =
      "func acquireForkLock() {\n\tforkingLock.Lock()\n\tdefer forkingLock.Unlock()\n}\n"
      "func releaseForkLock() {\n\tforkingLock.Lock()\n\tdefer forkingLock.Unlock()\n}\n";
  return sources;
}

auto make(const Overlay& sources, Undo undo) {
  return make_overlay(
      [&sources](const std::string& path) {
        const auto found = sources.find(path);
        return found != sources.end() ? std::optional(found->second) : std::nullopt;
      },
      undo);
}

bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("until Go 1.20 nothing is changed of a Go from which nothing is taken back") {
  const auto made = make(go_1_19(), {});
  REQUIRE(made);
  CHECK(made->empty());
}

TEST_CASE("taking the fork back leaves the mutex alone, and the other way round") {
  const auto fork = make(go_1_19(), {.fork = true});
  REQUIRE(fork);
  CHECK(fork->size() == 1);
  CHECK(has(fork->at("syscall/exec_linux.go"), "uintptr(SIGCHLD)|sys.Cloneflags"));
  const auto barging = make(go_1_19(), {.barging = true});
  REQUIRE(barging);
  CHECK(barging->size() == 1);
  CHECK(has(barging->at("sync/mutex.go"), "starving = false\n"));
  CHECK(has(barging->at("sync/mutex.go"), "queueLifo := false\n"));
}

TEST_CASE("in a Go that lets launches share the lock, every corner makes them go one by one") {
  const auto made = make(go_1_25(), {});
  REQUIRE(made);
  const std::string& text = made->at("syscall/forkpipe2.go");
  CHECK(has(text, "func acquireForkLock() { ForkLock.Lock() }"));
  CHECK(has(text, "func releaseForkLock() { ForkLock.Unlock() }"));
}

TEST_CASE("the launch's own flags are changed, and not those of another clone beside it") {
  const auto made = make(go_1_25(), {.fork = true, .barging = true});
  REQUIRE(made);
  CHECK(has(made->at("syscall/exec_linux.go"), "flags |= 0\n"));
  CHECK(has(made->at("syscall/exec_linux.go"), "clone(CLONE_VFORK|CLONE_VM|CLONE_PIDFD)"));
  CHECK(has(made->at("internal/sync/mutex.go"), "starving = false\n"));
  CHECK_FALSE(made->contains("sync/mutex.go"));
}

TEST_CASE("a source that is not as expected is named with its line") {
  Overlay sources = go_1_19();
  sources["syscall/exec_linux.go"] = "package syscall\n\n\tnew := CLONE_VFORK\n";
  const auto made = make(sources, {.fork = true});
  REQUIRE_FALSE(made);
  CAPTURE(made.error());
  CHECK(has(made.error(), "syscall/exec_linux.go:3 is not as expected"));
  sources.erase("sync/mutex.go");
  const auto missing = make(sources, {.barging = true});
  REQUIRE_FALSE(missing);
  CHECK(has(missing.error(), "mutex.go is missing"));
}

TEST_CASE("what stands twice in a source is not changed by guessing") {
  Overlay sources = go_1_19();
  sources["sync/mutex.go"] += sources["sync/mutex.go"];
  CHECK_FALSE(make(sources, {.barging = true}));
}
