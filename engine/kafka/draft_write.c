/* Writes a record as the text that draft_read.c reads. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "kafka/draft_text.h"
#include "pintop/draft.h"

static void draft_put_remarks(struct buf *out, const char *remarks)
{
    while (remarks != NULL && *remarks != '\0') {
        size_t len = strcspn(remarks, "\n");
        buf_puts(out, len > 0 ? "# " : "#");
        buf_append(out, remarks, len);
        buf_puts(out, "\n");
        remarks += len + (remarks[len] == '\n');
    }
}

static void draft_put_header(struct buf *out, const struct pt_draft_header *header)
{
    buf_puts(out, "header: ");
    draft_put_word(out, header->name, strlen(header->name), true);
    if (header->value != NULL) {
        buf_puts(out, "=");
        draft_put_word(out, header->value, header->value_len, false);
    }
    buf_puts(out, "\n");
}

static void draft_put_base64(struct buf *out, const char *bytes, size_t len)
{
    enum { COLUMNS = 76 };
    char *text = base64_make(bytes, len);
    buf_puts(out, "value: base64\n");
    if (text == NULL)
        out->is_over = true;
    for (size_t at = 0, n = text != NULL ? strlen(text) : 0; at < n; at += COLUMNS) {
        buf_append(out, text + at, n - at < COLUMNS ? n - at : COLUMNS);
        buf_puts(out, "\n");
    }
    free(text);
}

static void draft_put_value(struct buf *out, const struct pt_draft *draft)
{
    if (draft->value == NULL) {
        buf_puts(out, "value: null\n");
    } else if (draft_is_plain(draft->value, draft->value_len)) {
        buf_puts(out, "value:\n");
        buf_append(out, draft->value, draft->value_len);
        buf_puts(out, "\n");
    } else {
        draft_put_base64(out, draft->value, draft->value_len);
    }
}

char *pt_draft_write(const struct pt_draft *draft, const char *remarks)
{
    struct buf out;
    buf_init(&out, PT_DRAFT_BYTES_MAX);
    draft_put_remarks(&out, remarks);
    if (draft->key != NULL) {
        buf_puts(&out, "key: ");
        draft_put_word(&out, draft->key, draft->key_len, false);
        buf_puts(&out, "\n");
    } else {
        buf_puts(&out, "key:\n");
    }
    if (draft->n_headers == 0)
        buf_puts(&out, "header:\n");
    for (size_t i = 0; i < draft->n_headers; i++)
        draft_put_header(&out, &draft->headers[i]);
    if (draft->partition >= 0)
        buf_printf(&out, "partition: %d\n", (int)draft->partition);
    else
        buf_puts(&out, "partition:\n");
    draft_put_value(&out, draft);
    char *text = buf_take(&out, NULL);
    buf_done(&out);
    return text;
}
