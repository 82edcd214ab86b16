// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/go_overlay.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace lab::hang {
namespace {

// One of the historic forms of a place in the sources, and its replacement.
struct Form {
  std::string_view is, becomes;
};

struct Edit {
  std::vector<std::string_view> paths;  // the first that exists
  std::string_view about;               // a word that locates an unknown form
  std::vector<Form> forms;
};

// Until Go 1.19, and from 1.20 on.
const Edit clone_flags{
    {"syscall/exec_linux.go"},
    "CLONE_VFORK",
    {{"uintptr(SIGCHLD|CLONE_VFORK|CLONE_VM)|sys.Cloneflags", "uintptr(SIGCHLD)|sys.Cloneflags"},
     {"flags |= CLONE_VFORK | CLONE_VM\n", "flags |= 0\n"}}};

// The mutex moved with Go 1.24.
const std::vector<std::string_view> mutex_paths{"internal/sync/mutex.go", "sync/mutex.go"};
const Edit never_starving{
    mutex_paths,
    "starving =",
    {{"starving = starving || runtime_nanotime()-waitStartTime > starvationThresholdNs",
      "starving = false"}}};
const Edit never_in_front{
    mutex_paths, "queueLifo", {{"queueLifo := waitStartTime != 0", "queueLifo := false"}}};

// Since Go 1.21 launchers are counted.
constexpr std::string_view counting_path = "syscall/forkpipe2.go";
constexpr std::string_view counting = "func acquireForkLock() {\n\tforkingLock.Lock()";
const Edit alone_in{{counting_path},
                    "acquireForkLock",
                    {{counting,
                      "func acquireForkLock() { ForkLock.Lock() }\n\n"
                      "func acquireForkLockCounted() {\n\tforkingLock.Lock()"}}};
const Edit alone_out{{counting_path},
                     "releaseForkLock",
                     {{"func releaseForkLock() {\n\tforkingLock.Lock()",
                       "func releaseForkLock() { ForkLock.Unlock() }\n\n"
                       "func releaseForkLockCounted() {\n\tforkingLock.Lock()"}}};

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

std::size_t line_of(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

std::string mismatch(const Edit& edit, const std::string& path, std::string_view text) {
  const std::string_view expected = edit.forms.front().is;
  const auto at = text.find(edit.about);
  const std::string where = at == text.npos ? path : fmt::format("{}:{}", path, line_of(text, at));
  return fmt::format("{} is not as expected: '{}' must be there once", where,
                     expected.substr(0, expected.find('\n')));
}

class Maker {
 public:
  explicit Maker(const GoSource& source) : source_(source) {}

  bool apply(const Edit& edit) {
    const auto path = find(edit);
    if (!path) return false;
    std::string& text = overlay_.at(*path);
    for (const auto& [is, becomes] : edit.forms) {
      if (count(text, is) != 1) continue;
      text.replace(text.find(is), is.size(), becomes);
      return true;
    }
    trouble_ = mismatch(edit, *path, text);
    return false;
  }

  std::expected<Overlay, std::string> take() {
    if (trouble_.empty()) return std::move(overlay_);
    return std::unexpected(trouble_);
  }

 private:
  std::optional<std::string> find(const Edit& edit) {
    for (const std::string_view path : edit.paths) {
      std::string name(path);
      if (overlay_.contains(name)) return name;
      if (auto text = source_(name)) {
        overlay_.emplace(name, std::move(*text));
        return name;
      }
    }
    trouble_ = fmt::format("{} is missing", edit.paths.front());
    return std::nullopt;
  }

  const GoSource& source_;
  Overlay overlay_;
  std::string trouble_;
};

}  // namespace

std::expected<Overlay, std::string> make_overlay(const GoSource& source, Undo undo) {
  std::vector<const Edit*> edits;
  if (undo.fork) edits.push_back(&clone_flags);
  if (undo.barging) edits.insert(edits.end(), {&never_starving, &never_in_front});
  const auto pipe = source(std::string(counting_path));
  const bool counts = pipe && pipe->find("forkingLock") != std::string::npos;
  if (counts) edits.insert(edits.end(), {&alone_in, &alone_out});
  Maker maker(source);
  std::ranges::all_of(edits, [&maker](const Edit* edit) { return maker.apply(*edit); });
  return maker.take();
}

}  // namespace lab::hang
