// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/memory.hpp"

#include <sys/uio.h>

#include <array>

namespace goroutines {
namespace {

iovec local(std::span<std::byte> into) { return {.iov_base = into.data(), .iov_len = into.size()}; }

iovec remote(Address address, std::size_t size) {
  return {.iov_base = reinterpret_cast<void*>(address), .iov_len = size};
}

}  // namespace

bool Memory::read(Address address, std::span<std::byte> into) const noexcept {
  const iovec here = local(into);
  const iovec there = remote(address, into.size());
  const auto got = ::process_vm_readv(pid_, &here, 1, &there, 1, 0);
  return got >= 0 && static_cast<std::size_t>(got) == into.size();
}

bool Memory::read(std::span<const Piece> pieces) const noexcept {
  constexpr std::size_t most = 8;
  if (pieces.size() > most) return false;
  std::array<iovec, most> here{};
  std::array<iovec, most> there{};
  std::size_t wanted = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    here[i] = local(pieces[i].into);
    there[i] = remote(pieces[i].address, pieces[i].into.size());
    wanted += pieces[i].into.size();
  }
  const auto got =
      ::process_vm_readv(pid_, here.data(), pieces.size(), there.data(), pieces.size(), 0);
  return got >= 0 && static_cast<std::size_t>(got) == wanted;
}

std::vector<std::byte> Memory::bytes(Address address, std::size_t size) const {
  std::vector<std::byte> bytes(size);
  if (!read(address, bytes)) bytes.clear();
  return bytes;
}

std::optional<std::string> Memory::text(Address header, std::size_t most) const {
  struct Header {
    Address bytes;
    std::uint64_t length;
  };
  const auto found = value<Header>(header);
  if (!found || found->length > most) return std::nullopt;
  std::string text(found->length, '\0');
  if (!read(found->bytes, std::as_writable_bytes(std::span(text)))) return std::nullopt;
  return text;
}

}  // namespace goroutines
