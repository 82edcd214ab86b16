// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// GLib: GSubprocess, which its documentation recommends over g_spawn_async. It
// forks, and a close-on-exec pipe reports the result of the exec.
//
// Side effects: the first subprocess starts GLib's worker thread, "gmain", for
// good; it reaps the children and wakes the waiter, so finish includes two
// thread switches.
#include <gio/gio.h>

#include <memory>
#include <stdexcept>

#include "lab/contenders/stopwatch.hpp"
#include "lab/modules/entry.hpp"

namespace {

using lab::Stage;

[[noreturn]] void fail(const char* step, GError* error) {
  const std::string why = error ? error->message : "the child failed";
  g_clear_error(&error);
  throw std::runtime_error(std::string("GLib, ") + step + ": " + why);
}

struct Unref {
  void operator()(GSubprocess* child) const { g_object_unref(child); }
};

class Glib : public lab::Contender {
 public:
  explicit Glib(const char* program) : program_(program) {}

  lab::Times launch() override {
    lab::Times times;
    GError* error = nullptr;
    enter(Stage::launching);
    const lab::Stopwatch watch;
    const std::unique_ptr<GSubprocess, Unref> child(
        g_subprocess_newv(argv_, G_SUBPROCESS_FLAGS_STDIN_INHERIT, &error));
    if (!child) fail("g_subprocess_newv", error);
    times.hold = times.launch = watch.read();
    enter(Stage::waiting_for_child);
    if (!g_subprocess_wait(child.get(), nullptr, &error)) fail("g_subprocess_wait", error);
    times.finish = watch.read();
    enter(Stage::running);
    if (!g_subprocess_get_successful(child.get())) fail("g_subprocess_wait", nullptr);
    return times;
  }

 private:
  std::string program_;
  const char* argv_[2] = {program_.c_str(), nullptr};
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new Glib(program); }
