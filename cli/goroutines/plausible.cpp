// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/plausible.hpp"

namespace goroutines {

bool makes_sense(const Memory& memory, const LineTable& lines, Address all_goroutines,
                 const Layout& layout) {
  const auto list = memory.value<Address>(all_goroutines);
  const auto first = list ? memory.value<Address>(*list) : std::nullopt;
  if (!first) return false;
  const auto id = memory.value<std::uint64_t>(*first + layout.id);
  const auto creator = memory.value<Address>(*first + layout.creator);
  const auto low = memory.value<Address>(*first + layout.stack_low);
  const auto high = memory.value<Address>(*first + layout.stack_high);
  return id == 1 && creator && lines.function(*creator) && low && high && *low < *high;
}

}  // namespace goroutines
