// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process v2 with its vfork_launcher.
//
// Every launch gets a fresh execution context. In Boost 1.81 the launcher calls
// notify_fork(fork_child) in the child, on the memory of its parent: an epoll
// reactor that exists by then closes its descriptors in the child's table, opens
// others, and writes their numbers where the parent reads them. A context
// without a process has no reactor yet, so nothing breaks. Creating one counts
// as part of the launch, as for any correct user.
#include <optional>
#include <stdexcept>

#include "lab/contenders/two_steps.hpp"
#include "lab/modules/boost_v2.hpp"
#include "lab/modules/entry.hpp"

namespace {

class BoostV2Vfork : public lab::TwoSteps {
 public:
  explicit BoostV2Vfork(const char* program) : program_(program) {}

  lab::Times launch() override try {
    std::optional<boost::asio::io_context> context;
    return time(
        [&] {
          context.emplace();
          boost::process::v2::posix::vfork_launcher launcher;
          return launcher(context->get_executor(), program_, no_arguments_);
        },
        [](auto& child) { return child.wait() == 0; });
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("Boost.Process v2, vfork_launcher: ") + error.what());
  }

 private:
  boost::process::v2::filesystem::path program_;
  std::vector<std::string> no_arguments_;
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new BoostV2Vfork(program); }
