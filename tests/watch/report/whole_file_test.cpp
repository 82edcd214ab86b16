// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "whole_file.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / "forklift-XXXXXX") {
    std::string name = path_.string();
    REQUIRE(::mkdtemp(name.data()));
    path_ = name;
  }
  Folder(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  std::string file(const char* name = "file") const { return (path_ / name).string(); }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), {}));
  }

 private:
  fs::path path_;
};

// As a full disk, but of this process alone.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t most) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{most, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
  }
  SmallFiles(const SmallFiles&) = delete;
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode(const std::string& path) {
  struct stat found {};
  ::stat(path.c_str(), &found);
  return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("a file that does not fit leaves what was there before, and nothing beside it") {
  const Folder folder;
  write_whole(folder.file(), "before");
  {
    const SmallFiles limit(100);
    CHECK_THROWS_WITH_AS(write_whole(folder.file(), std::string(101, 'x')),
                         ("cannot write '" + folder.file() + "': File too large").c_str(),
                         std::runtime_error);
    write_whole(folder.file("other"), std::string(100, 'x'));
  }
  CHECK(content(folder.file()) == "before");
  CHECK(content(folder.file("other")).size() == 100);
  CHECK(folder.entries() == 2);
}

TEST_CASE("what has no room is said to have none") {
  CHECK_THROWS_WITH_AS(write_whole("/dev/full", "x"),
                       "cannot write '/dev/full': No space left on device", std::runtime_error);
  CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("a link stays a link, and what it leads to is replaced") {
  const Folder folder;
  write_whole(folder.file("target"), "before");
  fs::create_symlink("target", folder.file("link"));
  write_whole(folder.file("link"), "after");
  CHECK(fs::is_symlink(folder.file("link")));
  CHECK(content(folder.file("target")) == "after");
}

TEST_CASE("a file has the mode that was asked for, less the umask") {
  const Folder folder;
  const mode_t mask = ::umask(027);
  write_whole(folder.file("own"), "", 0600);
  write_whole(folder.file("shared"), "", 0644);
  ::umask(mask);
  CHECK(mode(folder.file("own")) == 0600);
  CHECK(mode(folder.file("shared")) == 0640);
}

TEST_CASE("whether a file could be written is known without touching it") {
  const Folder folder;
  check_writable(folder.file());
  CHECK(folder.entries() == 0);
  write_whole(folder.file(), "before");
  check_writable(folder.file());
  CHECK(content(folder.file()) == "before");
  CHECK_THROWS_WITH_AS(check_writable("/no/such/folder/file"),
                       "cannot write '/no/such/folder/file': No such file or directory",
                       std::runtime_error);
  CHECK_THROWS_AS(check_writable(folder.file("..")), std::runtime_error);
  check_writable("/dev/null");
}
