// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/plan_builder.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <utility>

#include "types/quote.hpp"

namespace forklift::launch {

Call& PlanBuilder::add(Step step, std::string subject, long call,
                       std::initializer_list<Argument> arguments) {
  Call made{.number = call, .step = step};
  std::ranges::copy(arguments, made.arguments);
  compiled_->calls.push_back(made);
  compiled_->subjects.push_back(std::move(subject));
  return compiled_->calls.back();
}

void PlanBuilder::write_file(Step step, const std::string& path, const std::string& content,
                             int directory) {
  const std::string subject = quote(path) + " " + quote(content);
  const auto size = static_cast<long>(content.size());
  const long cell = take_cell(quote(path));
  add(step, subject, SYS_openat, {value(directory), text(path), value(O_WRONLY | O_CLOEXEC)})
      .store = static_cast<std::int32_t>(cell);
  Call& write = add(step, subject, SYS_write, {number(cell), text(content), value(size)});
  write.least = write.most = write.also = size;
  add(step, subject, SYS_close, {number(cell)});
}

const char* PlanBuilder::keep(std::string content) {
  compiled_->texts.push_back(std::move(content));
  return compiled_->texts.back().c_str();
}

Argument PlanBuilder::data(const void* bytes, std::size_t size, const std::string& what) {
  // As wide as the widest field that the kernel or the child reads there.
  constexpr std::size_t word = sizeof(long);
  std::string content(static_cast<const char*>(bytes), size);
  content.resize((size + word - 1) / word * word);
  const Argument argument{reinterpret_cast<long>(keep(std::move(content))), From::data};
  compiled_->data_names.emplace_back(argument.value, what);
  return argument;
}

long PlanBuilder::take_room(std::size_t bytes) {
  constexpr std::size_t alignment = alignof(std::max_align_t);
  const std::size_t at = (compiled_->frame_bytes + alignment - 1) / alignment * alignment;
  compiled_->frame_bytes = at + bytes;
  return static_cast<long>(at);
}

long PlanBuilder::take_cell(const std::string& what) {
  const long cell = take_room(sizeof(int));
  name_cell(cell, what);
  return cell;
}

}  // namespace forklift::launch
