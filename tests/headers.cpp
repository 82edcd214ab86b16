// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Nothing: what is compiled with it is the common headers.
