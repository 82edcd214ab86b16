// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/report_command.hpp"

#include <memory>

#include "watch/outputs.hpp"
#include "recording/file.hpp"

namespace watch {
namespace {

struct ReportRequest {
  std::string file;
  Outputs outputs;
};

}  // namespace

void add_report_to(CLI::App& app, Action& chosen) {
  CLI::App* const report =
      app.add_subcommand("report", "Show a recording of forklift watch --record");
  const auto request = std::make_shared<ReportRequest>();
  report->add_option("FILE", request->file, "The recording")->required();
  add_outputs(*report, request->outputs);
  report->callback([request, &chosen] {
    chosen = [request] {
      check(request->outputs, request->file);
      write(request->outputs, record::read(request->file));
      return 0;
    };
  });
}

}  // namespace watch
