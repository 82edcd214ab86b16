// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process v1: child, its constructor and wait(). It forks, and a
// close-on-exec pipe reports the result of the exec. No side effects.
#include <boost/process/child.hpp>
#include <boost/process/exe.hpp>
#include <stdexcept>

#include "lab/contenders/two_steps.hpp"
#include "lab/modules/entry.hpp"

namespace {

class BoostV1 : public lab::TwoSteps {
 public:
  explicit BoostV1(const char* program) : program_(program) {}

  lab::Times launch() override try {
    return time([this] { return boost::process::child(boost::process::exe = program_); },
                [](auto& child) {
                  child.wait();
                  return child.exit_code() == 0;
                });
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("Boost.Process v1, child: ") + error.what());
  }

 private:
  std::string program_;
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new BoostV1(program); }
