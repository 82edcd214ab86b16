// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "deep.hpp"

#include <cstdlib>

namespace deep {
namespace {

Capture captured;

}  // namespace

[[gnu::noinline]] Capture innermost() {
  ucontext_t context;
  ::getcontext(&context);
  return capture_here(context);
}

// Registers that hold callers' values, and frames of different sizes.
[[gnu::noinline]] Capture middle(int salt) {
  volatile int room[333];
  for (int i = 0; i < 333; ++i) room[i] = i * salt;
  Capture capture = innermost();
  room[salt] = room[salt + 1];
  return capture;
}

[[gnu::noinline]] Capture outermost() {
  Capture capture = middle(7);
  capture.thread += 0 * static_cast<pid_t>(capture.bytes.size());
  return capture;
}

[[gnu::noinline]] int compare(const void* a, const void* b) {
  if (captured.bytes.empty()) captured = innermost();
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

[[gnu::noinline]] Capture within_sort() {
  int numbers[]{3, 1, 2};
  captured = {};
  std::qsort(numbers, 3, sizeof(int), compare);
  captured.thread += numbers[0] - 1;
  return captured;
}

[[gnu::noinline]] Capture recursive(int depth) {
  Capture capture = depth > 0 ? recursive(depth - 1) : innermost();
  capture.thread += 0 * depth;
  return capture;
}

}  // namespace deep
