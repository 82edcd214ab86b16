// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A plugin that launches: `unloaded_plugin_test` loads and unloads it.

#include <forklift/command.hpp>
#include <thread>

#define EXPORTED extern "C" [[gnu::visibility("default")]]

using forklift::Command, forklift::Stdio;

// The number of launches that failed.
EXPORTED int launch_from_plugin() {
  int failed = 0;
  std::thread([&] {
    failed += !Command("true").die_with_parent().run().success();
    failed += Command("echo").arg("x").output().out != "x\n";
    failed += !Command("true").huge_pages(false).run().success();
    auto child = Command("true").spawn();
    failed += child.announce_end() < 0;
    failed += !child.wait().success();
  }).join();
  return failed;
}

// The pid of a child that dies with its parent, ends with the input `in`, and is the
// caller's to reap.
EXPORTED int leave_a_child(int in) {
  auto child = Command("cat").in(Stdio::descriptor(in)).die_with_parent().spawn();
  const int pid = child.pid();
  forklift::Fd(child.release()).reset();
  return pid;
}
