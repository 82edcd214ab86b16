// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/proc/kept_file.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace watch {

KeptFile::KeptFile(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

std::string_view KeptFile::look() {
  const ssize_t got = pread(file_.get(), text_.data(), text_.size(), 0);
  if (got <= 0) return {};
  std::string_view text(text_.data(), static_cast<std::size_t>(got));
  if (text.back() == '\n') text.remove_suffix(1);
  return text;
}

}  // namespace watch
