#include "aws/invoke.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUERY_MAX = 8192 };

static pt_code name_fault(const struct aws_call *call, pt_code code, const struct pt_error *why,
                          struct pt_error *err)
{
    return pt_error_set(err, code, why->fix, "%s %s: %s", call->service->name, call->operation,
                        why->what);
}

pt_code aws_call_json(struct aws_client *client, const struct aws_keys *keys,
                      const struct aws_call *call, cJSON **json, struct pt_error *err)
{
    struct aws_answer answer;
    struct pt_error why;
    *json = NULL;
    pt_code code = aws_call(client, keys, call, &answer, err);
    if (code == PT_OK && answer.http.len == 0) {
        *json = cJSON_CreateObject();
        code = *json != NULL ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "AWS: out of memory");
    } else if (code == PT_OK) {
        code = json_parse(answer.http.body, answer.http.len, json, &why);
        if (code != PT_OK)
            name_fault(call, code, &why, err);
    }
    aws_answer_done(&answer);
    return code;
}

pt_code aws_call_xml(struct aws_client *client, const struct aws_keys *keys,
                     const struct aws_call *call, struct xml **xml, struct pt_error *err)
{
    struct aws_answer answer;
    struct pt_error why;
    *xml = NULL;
    pt_code code = aws_call(client, keys, call, &answer, err);
    if (code == PT_OK) {
        code = xml_parse(answer.http.body, answer.http.len, xml, &why);
        if (code != PT_OK)
            name_fault(call, code, &why, err);
    }
    aws_answer_done(&answer);
    return code;
}

/* Takes the elements of one page; *token is the next page's, "" when there is none. */
static pt_code invoke_take_page(const struct aws_listing *listing, const cJSON *json, size_t *n,
                                char *token, size_t cap, struct pt_error *err)
{
    const cJSON *item;
    const char *next = json_get(json, "nextToken");
    cJSON_ArrayForEach(item, json_find(json, listing->list))
    {
        if (*n == listing->limit)
            break;
        pt_code code = listing->each(listing->arg, item, err);
        if (code != PT_OK)
            return code;
        (*n)++;
    }
    if (next != NULL && strlen(next) >= cap)
        return pt_error_set(err, PT_EDATA, NULL, "%s %s: its nextToken is longer than %zu bytes",
                            listing->service->name, listing->operation, cap);
    snprintf(token, cap, "%s", next != NULL ? next : "");
    return PT_OK;
}

pt_code aws_list(struct aws_client *client, const struct aws_keys *keys,
                 const struct aws_listing *listing, bool *is_truncated, struct pt_error *err)
{
    char token[4096] = "";
    struct buf query;
    size_t n = 0;
    pt_code code = PT_OK;
    buf_init(&query, QUERY_MAX);
    for (int page = 0; code == PT_OK && page < AWS_PAGES_MAX; page++) {
        cJSON *json = NULL;
        buf_reset(&query);
        buf_puts(&query, listing->query);
        if (listing->n_pages != NULL)
            *listing->n_pages = page + 1;
        if (token[0] != '\0')
            aws_form_add(&query, "nextToken", token);
        const struct aws_call call = {.service = listing->service,
                                      .operation = listing->operation,
                                      .method = "GET",
                                      .path = listing->path,
                                      .query = query.len > 0 ? query.data : NULL,
                                      .is_regular = listing->is_regular};
        code = query.is_over ? pt_error_set(err, PT_EFULL, NULL, "%s: the query is too long",
                                            listing->operation)
                             : aws_call_json(client, keys, &call, &json, err);
        if (code != PT_OK)
            break;
        code = invoke_take_page(listing, json, &n, token, sizeof token, err);
        json_free(json);
        if (token[0] == '\0' || n >= listing->limit)
            break;
    }
    *is_truncated = code == PT_OK && token[0] != '\0';
    buf_done(&query);
    return code;
}

void *aws_grow(void *items, size_t n, size_t size)
{
    /* The array grows at powers of two: n tells its capacity. */
    bool is_full = n == 0 || (n & (n - 1)) == 0;
    if (is_full) {
        items = realloc(items, (n == 0 ? 1 : 2 * n) * size);
        if (items == NULL)
            return NULL;
    }
    memset((char *)items + n * size, 0, size);
    return items;
}
