// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/child.hpp>
#include <forklift/exit_status.hpp>
#include <forklift/fd.hpp>
#include <string>
#include <vector>

#include "lab/contender.hpp"

namespace lab {

/// Another language's runtime in its own process, as heavy as ours, which
/// launches on request.
///
/// It reads requests from descriptor 3 and answers on 4, a line each way, so
/// that the launched program inherits its standard descriptors:
///
///     load BYTES DESCRIPTORS   ready
///     launch COUNT             LAUNCH:FINISH for each, microseconds
///     quit
///
/// or `error TEXT` instead of an answer. The end of descriptor 3 means quit.
class Peer : public Contender {
 public:
  using Patience = std::chrono::milliseconds;

  /// Errors: throws `Dropout`.
  explicit Peer(const std::vector<std::string>& command);
  /// Ends the peer and all its children.
  ~Peer() override;

  /// Lets the runtime warm up while it is light, then makes it heavy.
  void carry(const Load& load) override;
  Times launch() override;

 private:
  void warm_up();
  std::string ask(const std::string& question, Patience patience);
  std::string read_line(const std::string& question, Clock::time_point deadline);
  forklift::ExitStatus end();

  forklift::Fd questions_[2];  // both ends: writing to a dead peer raises no SIGPIPE
  forklift::Child process_;
  std::string unread_;
  bool ended_ = false;
};

}  // namespace lab
