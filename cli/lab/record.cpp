// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/record.hpp"

#include <errno.h>
#include <string.h>

#include <fstream>
#include <stdexcept>

namespace lab {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw std::runtime_error("cannot write '" + path + "': " + ::strerror(errno));
}

}  // namespace

void check_writable(const std::string& path) {
  if (path.empty()) return;
  if (!std::ofstream(path, std::ios::app)) refuse(path);
}

void write_record(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) refuse(path);
}

}  // namespace lab
