// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "process/runtime.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "watch/sleeper.hpp"

using process::Runtime;

namespace {

// A folder that is gone at the end of a test.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/forklift_runtime_XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const auto path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }

 private:
  std::filesystem::path path_;
};

void map_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY);
  if (::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED) ::_exit(1);
}

process::Process with_executable(const std::string& path) {
  process::Process made;
  made.pid = ::getpid();
  made.executable = path;
  process::find_runtime(made, {});
  return made;
}

}  // namespace

TEST_CASE("a process with libjvm mapped is a JVM, of the version its folder tells") {
  const Folder folder;
  const auto library = folder.write("jdk/lib/server/libjvm.so", "library");
  folder.write("jdk/release", "IMPLEMENTOR=\"we\"\nJAVA_VERSION=\"17.0.15\"\n");
  const Sleeper child([&] { map_file(library); });
  const auto found = process::look_at(child.pid());
  CHECK(found.runtime == Runtime::jvm);
  CHECK(found.runtime_version == "17.0.15");
}

TEST_CASE("a process with libpython mapped is CPython, of the version in its name") {
  const Folder folder;
  const auto library = folder.write("lib/libpython3.11.so.1.0", "library");
  const Sleeper child([&] { map_file(library); });
  const auto found = process::look_at(child.pid());
  CHECK(found.runtime == Runtime::cpython);
  CHECK(found.runtime_version == "3.11");
}

TEST_CASE("Python's executable tells the version if its name does") {
  CHECK(with_executable("/usr/bin/python3.12").runtime_version == "3.12");
  CHECK(with_executable("/usr/bin/python3.12 (deleted)").runtime_version == "3.12");
  CHECK(with_executable("/usr/bin/python3").runtime == Runtime::cpython);
  CHECK(with_executable("/usr/bin/python3").runtime_version.empty());
  CHECK(with_executable("/usr/bin/python3-config").runtime == Runtime::native);
  CHECK(with_executable("/usr/bin/pythonista").runtime == Runtime::native);
}

TEST_CASE("Node's version is that of the header beside it") {
  const Folder folder;
  const auto program = folder.write("bin/node", "program");
  folder.write("include/node/node_version.h",
               "#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 3\n"
               "#define NODE_PATCH_VERSION 1\n");
  CHECK(with_executable(program).runtime == Runtime::node);
  CHECK(with_executable(program).runtime_version == "20.3.1");
  CHECK(with_executable("/no/such/folder/bin/node").runtime_version.empty());
}

TEST_CASE("a process that calls itself redis-server is Redis") {
  const Sleeper child([] { ::prctl(PR_SET_NAME, "redis-server"); });
  CHECK(process::look_at(child.pid()).runtime == Runtime::redis);
}

TEST_CASE("a running program that Go linked is one of Go") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(GO_PROGRAMS "/go_text", "go_text", nullptr);
    ::_exit(1);
  }
  ::close(ends[1]);
  char byte = 0;
  CHECK(::read(ends[0], &byte, 1) == 0);  // closed by exec
  ::close(ends[0]);
  const auto found = process::look_at(child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(found.runtime == Runtime::go);
  CHECK(found.runtime_version == "go1.21.3");
}
