/* The targets of the fuzzer, each with libFuzzer's signature. */
#ifndef FUZZ_TARGETS_H
#define FUZZ_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUT_MAX = 64 * 1024 }; /* bytes of one input */

int fuzz_properties(const uint8_t *data, size_t len);
int fuzz_aws_files(const uint8_t *data, size_t len);
int fuzz_json(const uint8_t *data, size_t len);
int fuzz_xml(const uint8_t *data, size_t len);
int fuzz_url(const uint8_t *data, size_t len);
int fuzz_log(const uint8_t *data, size_t len);
int fuzz_connect(const uint8_t *data, size_t len);
int fuzz_replay(const uint8_t *data, size_t len);
int fuzz_csv(const uint8_t *data, size_t len);
int fuzz_rows(const uint8_t *data, size_t len);
int fuzz_report(const uint8_t *data, size_t len);
int fuzz_attach(const uint8_t *data, size_t len);
int fuzz_record(const uint8_t *data, size_t len);
int fuzz_draft(const uint8_t *data, size_t len);

/* Abort, with what was expected, unless it is so. */
void fuzz_must(bool is_so, const char *what);

#endif
