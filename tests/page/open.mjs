// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// A page, opened in a browser without network. Everything it complains about
// and everything it asks for beyond itself is kept in `complaints`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/// Opens a file, hands it to `visit(page)`, and returns the complaints.
export async function open(browser, file, visit) {
  const profile = mkdtempSync(join(tmpdir(), "forklift-page-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browser, headless: true, args: flags, timeout: 60_000,
    viewport: { width: 1280, height: 900 }, colorScheme: "light",
  });
  try {
    const page = await context.newPage();
    const url = pathToFileURL(file).href;
    const complaints = [];
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => complaints.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`page: ${error.message}`));
    page.on("request", (request) => {
      const asked = request.url();
      if (asked !== url && !asked.startsWith("data:")) complaints.push(`request: ${asked}`);
    });
    await page.goto(url, { waitUntil: "load" });
    await visit(page);
    return complaints;
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
