/* SPDX-License-Identifier: MIT */
/* The log of APDUs. PIN bytes are masked here, in the formatter, so that no caller can forget. */
#ifndef VC_LOG_H
#define VC_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One line for a command: hex bytes, but only header and length field for the instructions that
   carry a PIN, then `**` for all that follows. Static: valid until the next call. */
const char *vc_log_format_command(const uint8_t *bytes, size_t size);

/* log may be null: then nothing is written. Every line is flushed. */
void vc_log_command(FILE *log, const uint8_t *bytes, size_t size);
void vc_log_answer(FILE *log, const uint8_t *bytes, size_t size);
void vc_log_event(FILE *log, const char *text);

#endif
