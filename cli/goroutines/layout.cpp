// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/layout.hpp"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace goroutines {
namespace {

bool named(Dwarf_Die* die, std::string_view name) {
  const char* const text = ::dwarf_diename(die);
  return text && text == name;
}

// A number, or an expression that adds one, as old compilers wrote it.
std::optional<Offset> location(Dwarf_Die* member) {
  Dwarf_Attribute attribute;
  if (!::dwarf_attr(member, DW_AT_data_member_location, &attribute)) return std::nullopt;
  Dwarf_Word number = 0;
  if (::dwarf_formudata(&attribute, &number) == 0) return static_cast<Offset>(number);
  Dwarf_Op* steps = nullptr;
  std::size_t count = 0;
  if (::dwarf_getlocation(&attribute, &steps, &count) != 0 || count == 0) return std::nullopt;
  if (steps[0].atom != DW_OP_plus_uconst && steps[0].atom != DW_OP_constu) return std::nullopt;
  return static_cast<Offset>(steps[0].number);
}

std::optional<Dwarf_Die> child_named(Dwarf_Die* parent, std::string_view name, int tag) {
  Dwarf_Die child;
  if (::dwarf_child(parent, &child) != 0) return std::nullopt;
  do {
    if (::dwarf_tag(&child) == tag && named(&child, name)) return child;
  } while (::dwarf_siblingof(&child, &child) == 0);
  return std::nullopt;
}

// A structure of the runtime and the offsets of its members.
class Structure {
 public:
  explicit Structure(Dwarf_Die die) : die_(die) {}

  // False if there is no such member; the offset is then unchanged.
  bool offset(std::string_view member, Offset& offset) {
    auto die = child_named(&die_, member, DW_TAG_member);
    const auto found = die ? location(&*die) : std::nullopt;
    if (found) offset = *found;
    return found.has_value();
  }

  bool is_text(std::string_view member) {
    auto die = child_named(&die_, member, DW_TAG_member);
    Dwarf_Attribute attribute;
    Dwarf_Die type;
    return die && ::dwarf_attr(&*die, DW_AT_type, &attribute) &&
           ::dwarf_formref_die(&attribute, &type) && named(&type, "string");
  }

 private:
  Dwarf_Die die_;
};

struct Structures {
  std::optional<Structure> g, gobuf, m, stack;

  bool complete() const { return g && gobuf && m && stack; }

  void take_from(Dwarf_Die* unit) {
    const auto take = [unit](std::optional<Structure>& into, std::string_view name) {
      if (into) return;
      if (auto die = child_named(unit, name, DW_TAG_structure_type)) into = Structure(*die);
    };
    take(g, "runtime.g");
    take(gobuf, "runtime.gobuf");
    take(m, "runtime.m");
    take(stack, "runtime.stack");
  }
};

// One of Go's own units declares all of them; which one depends on the version.
Structures find_structures(Dwarf* dwarf) {
  Structures found;
  Dwarf_Off offset = 0;
  Dwarf_Off next = 0;
  std::size_t header = 0;
  while (!found.complete() &&
         ::dwarf_nextcu(dwarf, offset, &next, &header, nullptr, nullptr, nullptr) == 0) {
    Dwarf_Die unit;
    if (::dwarf_offdie(dwarf, offset + header, &unit)) found.take_from(&unit);
    offset = next;
  }
  return found;
}

bool take_g(Structure& g, Structure& stack, Layout& layout) {
  Offset bounds = 0;
  if (!g.offset("stack", bounds) || !stack.offset("lo", layout.stack_low) ||
      !stack.offset("hi", layout.stack_high)) {
    return false;
  }
  layout.stack_low += bounds;
  layout.stack_high += bounds;
  layout.reason_is_text = g.is_text("waitreason");
  return g.offset("m", layout.thread) && g.offset("sched", layout.sched) &&
         g.offset("syscallsp", layout.syscall_sp) && g.offset("syscallpc", layout.syscall_pc) &&
         g.offset("atomicstatus", layout.status) && g.offset("goid", layout.id) &&
         g.offset("waitsince", layout.wait_since) && g.offset("waitreason", layout.wait_reason) &&
         g.offset("gopc", layout.creator);
}

}  // namespace

Offset Layout::size() const {
  constexpr Offset word = 8;
  const Offset reason = wait_reason + (reason_is_text ? 2 * word : 1);
  return std::max({stack_high + word, thread + word, sched + sched_sp + word,
                   sched + sched_pc + word, syscall_sp + word, syscall_pc + word, status + 4,
                   id + word, wait_since + word, reason, creator + word});
}

std::optional<Layout> layout_from_dwarf(Elf* elf) {
  const std::unique_ptr<Dwarf, decltype(&::dwarf_end)> dwarf(
      ::dwarf_begin_elf(elf, DWARF_C_READ, nullptr), ::dwarf_end);
  if (!dwarf) return std::nullopt;
  Structures found = find_structures(dwarf.get());
  if (!found.complete()) return std::nullopt;
  Layout layout;
  if (!take_g(*found.g, *found.stack, layout) || !found.gobuf->offset("sp", layout.sched_sp) ||
      !found.gobuf->offset("pc", layout.sched_pc) || !found.m->offset("procid", layout.thread_id)) {
    return std::nullopt;
  }
  return layout;
}

}  // namespace goroutines
