// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Empty: the common headers are compiled with it.
