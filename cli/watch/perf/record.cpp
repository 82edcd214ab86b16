// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Decodes the binary records of perf_event_open(2). Samples have the fields of
// their event's sample_type, in a fixed order; other records end with thread,
// time and event (sample_id_all). Reading past the end returns zeros, so a
// short record needs no check at each field.

#include "watch/perf/record.hpp"

#if defined(__x86_64__)
#include <asm/perf_regs.h>
#endif
#include <linux/perf_event.h>

#include <cstring>

namespace watch::perf {
namespace {

// Each record except samples ends with: pid, tid, time, event.
constexpr std::size_t trailer = 24;

#if defined(__x86_64__)
constexpr std::uint64_t bits(unsigned first, unsigned last) {
  return ((std::uint64_t{2} << last) - 1) & ~((std::uint64_t{1} << first) - 1);
}
constexpr std::uint64_t mask =
    bits(PERF_REG_X86_AX, PERF_REG_X86_IP) | bits(PERF_REG_X86_R8, PERF_REG_X86_R15);
#else
constexpr std::uint64_t mask = (std::uint64_t{1} << 33) - 1;
#endif

/// Reads forward; past the end everything is 0.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> rest) : rest_(rest) {}

  template <class Number>
  Number next() {
    Number number{};
    const auto bytes = skip(sizeof number);
    if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }
  std::span<const std::byte> skip(std::size_t count) {
    const auto piece = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(piece.size());
    return piece;
  }

 private:
  std::span<const std::byte> rest_;
};

void read_owner(Reader& reader, Record& record) {
  record.process = reader.next<pid_t>();
  record.thread = reader.next<pid_t>();
  record.at = Nanoseconds(reader.next<std::int64_t>());
}

void read_registers(Reader& reader, Registers& registers) {
  if (reader.next<std::uint64_t>() == PERF_SAMPLE_REGS_ABI_NONE) return;
#if defined(__x86_64__)
  auto& r = registers;
  for (auto* const into : {&r.ax, &r.bx, &r.cx, &r.dx, &r.si, &r.di, &r.bp, &r.sp, &r.ip, &r.r8,
                           &r.r9, &r.r10, &r.r11, &r.r12, &r.r13, &r.r14, &r.r15}) {
    *into = reader.next<std::uint64_t>();
  }
#else
  for (auto& value : registers.general) value = reader.next<std::uint64_t>();
#endif
}

// The last word is the number of bytes that the kernel could fill.
void read_stack(Reader& reader, Record& record) {
  const auto room = reader.next<std::uint64_t>();
  if (room == 0) return;
  auto bytes = reader.skip(room);
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), reader.next<std::uint64_t>()));
  record.stack.assign(bytes.begin(), bytes.end());
}

// The raw part: the tracepoint's header of 8 bytes, the call's number, and the
// first argument or the result. fork(2) has no arguments.
std::uint64_t read_raw(Reader& reader) {
  constexpr std::size_t first_value = 16;
  Reader raw(reader.skip(reader.next<std::uint32_t>()));
  raw.skip(first_value);
  return raw.next<std::uint64_t>();
}

std::optional<Record> parse_sample(Reader reader,
                                   const std::function<const Hook*(std::uint64_t)>& hook_of) {
  const Hook* const hook = hook_of(reader.next<std::uint64_t>());
  if (hook == nullptr) return std::nullopt;
  Record record;
  read_owner(reader, record);
  record.kind = Record::Kind::running;
  if (hook->kind == Hook::Kind::clock) return record;
  record.kind = hook->kind == Hook::Kind::enter ? Record::Kind::entered : Record::Kind::returned;
  record.function = hook->function;
  record.value = read_raw(reader);
  if (!hook->with_stack) return record;
  read_registers(reader, record.registers);
  read_stack(reader, record);
  return record;
}

// pid, ppid, tid, ptid, time: of the new one and its maker, or of the ended.
void read_birth_or_end(Reader body, bool birth, Record& record) {
  record.kind = birth ? Record::Kind::forked : Record::Kind::exited;
  const auto process = body.next<pid_t>();
  const auto parent = body.next<pid_t>();
  const auto thread = body.next<pid_t>();
  const auto parent_thread = body.next<pid_t>();
  record.process = birth ? parent : process;
  record.thread = birth ? parent_thread : thread;
  record.child = birth ? thread : 0;
  record.child_process = birth ? process : 0;
}

}  // namespace

std::uint64_t register_mask() { return mask; }

std::uint64_t stack_pointer(const Registers& registers) {
#if defined(__x86_64__)
  return registers.sp;
#else
  return registers.general[31];
#endif
}

std::optional<Record> parse(std::span<const std::byte> bytes,
                            const std::function<const Hook*(std::uint64_t)>& hook_of) {
  Reader body(bytes);
  const auto header = body.next<perf_event_header>();
  if (header.type == PERF_RECORD_SAMPLE) return parse_sample(body, hook_of);
  if (bytes.size() < sizeof header + trailer) return std::nullopt;
  Reader end(bytes.last(trailer));
  Record record;
  read_owner(end, record);
  switch (header.type) {
    case PERF_RECORD_SWITCH:
      record.kind = (header.misc & PERF_RECORD_MISC_SWITCH_OUT) != 0 ? Record::Kind::switched_out
                                                                     : Record::Kind::switched_in;
      record.preempted = (header.misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0;
      return record;
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT:
      read_birth_or_end(body, header.type == PERF_RECORD_FORK, record);
      return record;
    case PERF_RECORD_COMM:
      if ((header.misc & PERF_RECORD_MISC_COMM_EXEC) == 0) return std::nullopt;
      record.kind = Record::Kind::executed;
      return record;
    case PERF_RECORD_LOST:
      body.skip(sizeof(std::uint64_t));
      record.kind = Record::Kind::lost;
      record.value = body.next<std::uint64_t>();
      return record;
    default: return std::nullopt;
  }
}

}  // namespace watch::perf
