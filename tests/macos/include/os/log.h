/* SPDX-License-Identifier: MIT */
/* What the host uses of the unified log, declared by what its calls come to in a program. */
#ifndef JB_TESTS_MACOS_OS_LOG_H
#define JB_TESTS_MACOS_OS_LOG_H

#include <stdint.h>

typedef struct os_log_s *os_log_t;
typedef uint8_t os_log_type_t;
enum { OS_LOG_TYPE_DEFAULT = 0 };

os_log_t os_log_create(const char *subsystem, const char *category);
void os_release(void *object);
void _os_log_impl(void *program, os_log_t log, os_log_type_t type, const char *format,
                  uint8_t *arguments, uint32_t size);
extern struct mach_header __dso_handle;

/* The compiler checks the format and lays out the arguments. */
#define os_log_with_type(log, type, format, ...)                                                   \
    _os_log_impl(&__dso_handle, (log), (type), (format),                                           \
                 (uint8_t *)__builtin_os_log_format(                                               \
                     (char[__builtin_os_log_format_buffer_size((format), __VA_ARGS__)]){0},        \
                     (format), __VA_ARGS__),                                                       \
                 (uint32_t)__builtin_os_log_format_buffer_size((format), __VA_ARGS__))

#endif
