// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "whole_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "output.hpp"

namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw std::runtime_error("cannot write '" + path + "': " + ::strerror(error));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  operator int() const { return number_; }

 private:
  int number_;
};

// A temporary name beside a file, which is renamed to it or removed.
class Beside {
 public:
  Beside(const std::string& path, mode_t mode)
      : path_(path), name_(path + ".XXXXXX"), file_(::mkostemp(name_.data(), O_CLOEXEC)) {
    if (file_ < 0) fail(path, errno);
    // mkostemp(3) permits only the owner; more depends on the umask.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::fchmod(file_, mode & ~mask);
  }
  Beside(const Beside&) = delete;
  ~Beside() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }

  void write(std::string_view text) {
    int error = output::write_all(file_, text);
    if (error == 0 && ::fsync(file_) != 0) error = errno;
    if (error != 0) fail(path_, error);
  }
  void take_its_place() {
    if (::rename(name_.c_str(), path_.c_str()) != 0) fail(path_, errno);
    name_.clear();
  }

 private:
  const std::string path_;
  std::string name_;
  const Descriptor file_;
};

// The target of a link, so that the link is kept.
std::string target(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

bool is_special(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode);
}

Descriptor open_special(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | flags);
  if (file < 0) fail(path, errno);
  return Descriptor(file);
}

}  // namespace

void write_whole(const std::string& path, std::string_view text, mode_t mode) {
  if (is_special(path)) {
    const Descriptor file = open_special(path, 0);
    if (const int error = output::write_all(file, text)) fail(path, error);
    return;
  }
  Beside beside(target(path), mode);
  beside.write(text);
  beside.take_its_place();
}

void check_writable(const std::string& path) {
  if (!is_special(path)) {
    Beside(target(path), 0600);
    return;
  }
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) fail(path, EISDIR);
  // Opening a pipe waits for its reader, and closing it would end the input.
  if (::access(path.c_str(), W_OK) != 0) fail(path, errno);
}
