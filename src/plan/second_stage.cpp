// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/second_stage.hpp"

#include <errno.h>

#include <map>

#include "child/handover.hpp"

namespace forklift::launch {
namespace {

class Packer {
 public:
  explicit Packer(const CompiledPlan& compiled) : compiled_(compiled) {
    for (const std::string& text : compiled.texts) kept_[text.c_str()] = &text;
  }

  std::string pack() {
    const auto first = compiled_.calls.begin() + compiled_.second_stage;
    std::vector<Call> calls(first, compiled_.calls.end());
    std::vector<Fill> fills = compiled_.fills;
    head_.calls = static_cast<int>(calls.size());
    head_.fills = static_cast<int>(fills.size());
    head_.tell = compiled_.tell;
    start_ = sizeof head_ + calls.size() * sizeof(Call) + fills.size() * sizeof(Fill);
    for (Call& call : calls) {
      for (Argument& argument : call.arguments) {
        if (argument.from == From::text || argument.from == From::data) move(argument.value);
        if (argument.from == From::texts) argument.value = 0;
      }
    }
    for (Fill& fill : fills) {
      if (fill.is_address) move(fill.value);
    }
    head_.bytes = static_cast<long>(start_ + data_.size());
    std::string all(reinterpret_cast<const char*>(&head_), sizeof head_);
    all.append(reinterpret_cast<const char*>(calls.data()), calls.size() * sizeof(Call));
    all.append(reinterpret_cast<const char*>(fills.data()), fills.size() * sizeof(Fill));
    return all + data_;
  }

 private:
  // Replaces the address of kept bytes by their place in the message.
  void move(long& address) {
    const auto* const key = reinterpret_cast<const char*>(address);
    const auto [place, is_new] = places_.try_emplace(key, start_ + data_.size());
    if (is_new) {
      data_.append(*kept_.at(key));
      data_.append(alignment - data_.size() % alignment, '\0');  // also terminates strings
    }
    address = static_cast<long>(place->second);
  }

  static constexpr std::size_t alignment = 16;
  static_assert(sizeof(Handover) % 8 == 0 && sizeof(Call) % 8 == 0 && sizeof(Fill) % 8 == 0);

  const CompiledPlan& compiled_;
  std::map<const char*, const std::string*> kept_;
  std::map<const char*, std::size_t> places_;
  Handover head_;
  std::size_t start_ = 0;
  std::string data_;
};

std::string without_nul(const std::string& bytes, std::size_t& at) {
  std::string text;
  while (at < bytes.size() && text.size() < longest_part) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte == 0) {
      std::size_t run = 1;
      while (run < 255 && at + run < bytes.size() && bytes[at + run] == 0) ++run;
      text += {static_cast<char>(zeros), static_cast<char>(run)};
      at += run;
      continue;
    }
    if (byte == zeros || byte == literal) text += static_cast<char>(literal);
    text += bytes[at++];
  }
  return text;
}

}  // namespace

std::optional<Failure> pack_second_stage(CompiledPlan& compiled) {
  const std::string bytes = Packer(compiled).pack();
  const std::size_t taken = bytes.size() + compiled.frame_bytes + sizeof(Frame);
  if (taken > most_handed_over) {
    return Failure{Step::second_stage,
                   "a plan of " + std::to_string(taken) + " bytes, where " +
                       std::to_string(most_handed_over) + " are the most",
                   E2BIG};
  }
  for (std::size_t at = 0; at < bytes.size();) {
    compiled.texts.push_back(without_nul(bytes, at));
    compiled.second_argv.push_back(compiled.texts.back().c_str());
  }
  compiled.second_argv.push_back("");
  compiled.second_argv.insert(compiled.second_argv.end(), compiled.argv.begin(),
                              compiled.argv.end());
  Call& start = compiled.calls[static_cast<std::size_t>(compiled.second_stage) - 1];
  start.arguments[2].value = reinterpret_cast<long>(compiled.second_argv.data());
  return std::nullopt;
}

}  // namespace forklift::launch
