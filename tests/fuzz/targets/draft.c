/* Target: the text of a record by hand. */
#include "targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/draft.h"

static bool draft_same_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return (a == NULL) == (b == NULL) && a_len == b_len && (a == NULL || memcmp(a, b, a_len) == 0);
}

static bool draft_same(const struct pt_draft *a, const struct pt_draft *b)
{
    bool is_same = draft_same_bytes(a->key, a->key_len, b->key, b->key_len) &&
                   draft_same_bytes(a->value, a->value_len, b->value, b->value_len) &&
                   a->partition == b->partition && a->n_headers == b->n_headers;
    for (size_t i = 0; is_same && i < a->n_headers; i++)
        is_same = strcmp(a->headers[i].name, b->headers[i].name) == 0 &&
                  draft_same_bytes(a->headers[i].value, a->headers[i].value_len,
                                   b->headers[i].value, b->headers[i].value_len);
    return is_same;
}

/* What is read is written, and read back as the same record; what is not is told. */
int fuzz_draft(const uint8_t *data, size_t len)
{
    struct pt_draft *draft, *back;
    char *mistakes, *exact = malloc(len > 0 ? len : 1);
    struct pt_error err;
    memcpy(exact, data, len);
    pt_code code = pt_draft_read(exact, len, &draft, &mistakes, &err);
    fuzz_must((code == PT_OK) == (draft != NULL), "a record with mistakes, or none without");
    fuzz_must((code == PT_EDATA) == (mistakes != NULL), "a text without its mistakes");
    fuzz_must(draft == NULL || !pt_draft_is_empty(exact, len), "a record of nothing");
    if (draft != NULL) {
        char *text = pt_draft_write(draft, NULL);
        fuzz_must(pt_draft_read(text, strlen(text), &back, NULL, &err) == PT_OK,
                  "a record that was written cannot be read");
        fuzz_must(draft_same(draft, back), "a record came back as another one");
        pt_draft_free(back);
        free(text);
    }
    pt_draft_free(draft);
    free(mistakes);
    free(exact);
    return 0;
}
