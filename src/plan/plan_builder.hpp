// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

inline Argument value(long word) { return {word, From::value}; }
inline Argument number(long cell) { return {cell, From::number}; }
inline Argument place(std::size_t offset) { return {static_cast<long>(offset), From::place}; }
inline Argument word(std::size_t offset) { return {static_cast<long>(offset), From::word}; }

/// A plan under construction: calls are added in order, together with the
/// memory that they point to.
class PlanBuilder {
 public:
  CompiledPlan& compiled() { return *compiled_; }
  std::unique_ptr<CompiledPlan> finish() { return std::move(compiled_); }

  /// Adds a call; its result is accepted unless negative. The reference is
  /// valid until the next call is added.
  Call& add(Step step, std::string subject, long call, std::initializer_list<Argument> arguments);

  /// Opens a file, writes it at once and closes it; a relative path starts at
  /// `directory`, a descriptor of the child.
  void write_file(Step step, const std::string& path, const std::string& content,
                  int directory = AT_FDCWD);

  /// Keeps a string as long as the plan.
  const char* keep(std::string content);
  Argument text(std::string content) {
    return {reinterpret_cast<long>(keep(std::move(content))), From::text};
  }

  /// Keeps bytes as long as the plan; `what` is their name in `explain`.
  Argument data(const void* bytes, std::size_t size, const std::string& what);
  template <class T>
  Argument data(const T& bytes, const std::string& what) {
    static_assert(std::is_trivially_copyable_v<T>);
    return data(&bytes, sizeof bytes, what);
  }

  /// Sets a word in the child's initial frame.
  void fill(long offset, long value) { compiled_->fills.push_back({offset, value, false}); }
  /// The same, the address of kept bytes.
  void fill(long offset, Argument data) { compiled_->fills.push_back({offset, data.value, true}); }

  /// Reserves space in the frame, after the space in use; returns its offset.
  long take_room(std::size_t bytes);
  /// Reserves space for a descriptor that is known only at launch.
  long take_cell(const std::string& what);
  /// The name of the value at this offset in `explain`.
  void name_cell(long offset, const std::string& what) {
    compiled_->cell_names.emplace_back(offset, what);
  }

 private:
  std::unique_ptr<CompiledPlan> compiled_ = std::make_unique<CompiledPlan>();
};

}  // namespace forklift::launch
