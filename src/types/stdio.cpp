// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/stdio.hpp>

#include <fcntl.h>

#include <utility>

namespace forklift {

Stdio Stdio::inherit() { return Stdio(Kind::inherit); }
Stdio Stdio::null() { return Stdio(Kind::null); }

Stdio Stdio::open(std::string path, int flags, mode_t mode) {
  Stdio stdio(Kind::file);
  stdio.path_ = std::move(path);
  stdio.flags_ = flags;
  stdio.mode_ = mode;
  return stdio;
}

Stdio Stdio::file(std::string path, mode_t mode) { return open(std::move(path), -1, mode); }
Stdio Stdio::read(std::string path) { return open(std::move(path), O_RDONLY, 0); }
Stdio Stdio::truncate(std::string path, mode_t mode) {
  return open(std::move(path), O_WRONLY | O_CREAT | O_TRUNC, mode);
}
Stdio Stdio::append(std::string path, mode_t mode) {
  return open(std::move(path), O_WRONLY | O_CREAT | O_APPEND, mode);
}
Stdio Stdio::create_new(std::string path, mode_t mode) {
  return open(std::move(path), O_WRONLY | O_CREAT | O_EXCL, mode);
}

Stdio Stdio::descriptor(int number) {
  Stdio stdio(Kind::descriptor);
  stdio.number_ = number;
  return stdio;
}

Stdio Stdio::pipe(Direction direction) {
  Stdio stdio(Kind::pipe);
  stdio.direction_ = direction;
  return stdio;
}

Stdio Stdio::same_as(int number) {
  Stdio stdio(Kind::same_as);
  stdio.number_ = number;
  return stdio;
}

Stdio Stdio::blocking() const {
  Stdio stdio = *this;
  stdio.blocking_ = true;
  return stdio;
}

}  // namespace forklift
