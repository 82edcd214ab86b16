// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A plugin that launches: `plugin_host` loads and unloads it.

#include <forklift/command.hpp>
#include <thread>

extern "C" [[gnu::visibility("default")]] int launch_from_plugin() {
  using forklift::Command, forklift::Stdio;
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
