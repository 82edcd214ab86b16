// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "types/quote.hpp"

namespace forklift::launch {

std::string quote(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string quoted = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      quoted += c;
    } else {
      quoted += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return quoted + "'";
}

}  // namespace forklift::launch
