// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The child's input: a list of system calls, and the frame with the values of
// one launch. Both are plain memory; the child side is a loop that reads the
// list and writes the frame.

#pragma once

#include <climits>
#include <cstddef>
#include <cstdint>
#include <forklift/step.hpp>
#include <type_traits>

namespace forklift::launch {

/// The source of an argument word.
enum class From : std::uint8_t {
  value,   ///< the word itself
  text,    ///< the word itself, which points to a string
  texts,   ///< the word itself, which points to a null-terminated array of strings
  data,    ///< the word itself, which points to bytes kept with the plan
  number,  ///< an `int` of the frame: a descriptor known only at launch
  word,    ///< a `long` of the frame
  place,   ///< the address of a place in the frame
};

struct Argument {
  long value = 0;  ///< for `number`, `word` and `place` the offset in the frame
  From from = From::value;
};

enum class CallKind : std::uint8_t {
  plain,       ///< make the call, check whether its result is accepted
  exec,        ///< does not return when it succeeds; ETXTBSY is tried again
  search,      ///< likewise, and continues with the next call if nothing is there
  script,      ///< as exec, after an unrecognised program (ENOEXEC), else skipped
  close_each,  ///< close_range(2), for kernels without it
  gate,        ///< waits on a futex until the parent has opened it
};

/// For a call of the kind `script`, beyond the arguments of execve(2): the
/// script, and, in the second stage, its place in the list of arguments.
inline constexpr int script_path = 3;
inline constexpr int script_place = 4;

inline constexpr int nowhere = -1;

/// A child that leaves its parent's table keeps at least the descriptors below
/// this one: the kernel copies that many anyway (`sane_fdtable_size` in
/// fs/file.c), and closing those in between would delay the child.
inline constexpr int least_kept = 64;

/// Likewise for a child that may block before exec: until then it would hold
/// copies of unrelated descriptors.
inline constexpr int least_kept_standing = 3;

/// One system call: its arguments, accepted results, and where to store one.
struct Call {
  long number = 0;
  CallKind kind = CallKind::plain;
  Step step = Step::exec;
  std::int32_t store = nowhere;  ///< offset of an `int` of the frame
  long least = 0;                ///< the result is accepted from here
  long most = LONG_MAX;          ///< up to here,
  long also = 0;                 ///< and if it is this
  Argument arguments[6]{};
};
static_assert(std::is_trivially_copyable_v<Call>);

struct Plan {
  const Call* calls = nullptr;
  int count = 0;
};

/// The progress of the child. `call` is the current or failed one; equal to the
/// plan's count if every place was searched in vain.
struct Outcome {
  int call = 0;
  int error = 0;    ///< a positive errno, 0 if nothing has failed
  int retries = 0;  ///< number of times that exec found its file busy
  int lock = 0;     ///< result of locking the report pipe: 0 or `-errno`
};

/// A word in the initial frame.
struct Fill {
  long offset = 0;
  long value = 0;
  bool is_address = false;  ///< of bytes kept with the plan
};

/// A robust futex with its list, as the kernel walks it (<linux/futex.h>).
struct RobustList {
  void* entry;        ///< points to `node`
  long futex_offset;  ///< from `node` to the futex word
  void* pending;      ///< null
  void* node;         ///< the only entry; points back to `entry`
};

/// The memory of one launch that the child reads and writes. Further values of
/// a plan follow it.
struct Frame {
  std::uint32_t running;  ///< 0, or marked by the kernel, once the child has left
  int mailbox;            ///< descriptor of the receiving end
  int report;             ///< descriptor of the report pipe's writing end
  long kept;              ///< descriptors below this one stay with the child
  long before_mailbox;    ///< the last descriptor below it
  int tell;               ///< also written on failure; -1: nowhere
  std::uint32_t gate;     ///< 0 while the child must wait
  char** environment;
  RobustList robust;
  Outcome outcome;
  Plan plan;
};
static_assert(std::is_trivially_copyable_v<Frame>);

}  // namespace forklift::launch
