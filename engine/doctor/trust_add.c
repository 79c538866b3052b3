/* The document with one statement more: as text, since a parser and a printer would change what
 * they do not know (large numbers, escapes, layout). */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "doctor/trust.h"

/* ------------------------------------------------------------------ where something is */

static bool is_json_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_json_blanks(const char *at)
{
    while (is_json_blank(*at))
        at++;
    return at;
}

/* From its first quote to behind its last. */
static const char *skip_json_string(const char *at)
{
    for (at++; *at != '\0' && *at != '"'; at++)
        if (*at == '\\' && at[1] != '\0')
            at++;
    return *at != '\0' ? at + 1 : at;
}

static const char *skip_json_value(const char *at)
{
    int depth = 0;
    while (*at != '\0') {
        if (depth == 0 && (*at == ',' || *at == '}' || *at == ']' || is_json_blank(*at)))
            return at;
        if (*at == '"') {
            at = skip_json_string(at);
        } else {
            depth += *at == '{' || *at == '[';
            depth -= *at == '}' || *at == ']';
            at++;
        }
        if (depth == 0 && (at[-1] == '}' || at[-1] == ']' || at[-1] == '"'))
            return at;
    }
    return at;
}

/* Finds the value of a member of the outermost object. False: there is none. */
static bool find_json_member(const char *text, const char *name, const char **start,
                             const char **end)
{
    const char *at = skip_json_blanks(text);
    size_t len = strlen(name);
    if (*at != '{')
        return false;
    for (at = skip_json_blanks(at + 1); *at == '"'; at = skip_json_blanks(at)) {
        const char *key = at + 1;
        at = skip_json_string(at);
        bool is_it = (size_t)(at - key) == len + 1 && memcmp(key, name, len) == 0;
        at = skip_json_blanks(at);
        at = skip_json_blanks(*at == ':' ? at + 1 : at);
        *start = at;
        *end = at = skip_json_value(at);
        if (is_it)
            return true;
        at = skip_json_blanks(at);
        at += *at == ',';
    }
    return false;
}

/* ------------------------------------------------------------------ the statement */

static void add_json_name(struct buf *out, const char *name, bool *is_first)
{
    cJSON *text = cJSON_CreateString(name);
    char *quoted = cJSON_PrintUnformatted(text);
    buf_printf(out, "%s%s", *is_first ? "" : ",", quoted != NULL ? quoted : "\"\"");
    *is_first = false;
    cJSON_free(quoted);
    cJSON_Delete(text);
}

/* "Service":["a","b"], or "Service":"a"; nothing when none is added. */
static size_t add_principals(struct buf *out, const struct trust_who *who, size_t n,
                             const struct trust_finding *findings, bool is_service, bool is_next)
{
    size_t count = 0;
    bool is_first = true;
    for (size_t i = 0; i < n; i++)
        count += who[i].is_service == is_service && trust_is_added(findings[i].state);
    if (count == 0)
        return 0;
    buf_printf(out, "%s\"%s\":%s", is_next ? "," : "", is_service ? "Service" : "AWS",
               count > 1 ? "[" : "");
    for (size_t i = 0; i < n; i++)
        if (who[i].is_service == is_service && trust_is_added(findings[i].state))
            add_json_name(out, who[i].name, &is_first);
    buf_puts(out, count > 1 ? "]" : "");
    return count;
}

/* Returns how many principals are in it. */
static size_t make_statement(struct buf *out, const struct trust_who *who, size_t n,
                             const struct trust_finding *findings)
{
    buf_puts(out, "{\"Effect\":\"Allow\",\"Principal\":{");
    size_t count = add_principals(out, who, n, findings, false, false);
    count += add_principals(out, who, n, findings, true, count > 0);
    buf_puts(out, "},\"Action\":\"sts:AssumeRole\"}");
    return count;
}

/* Appends the document with the statement behind the others; before: what stands between two
 * elements of the list. */
static bool put_statement(struct buf *out, const char *document, const char *statement)
{
    const char *start, *end, *last;
    if (!find_json_member(document, "Statement", &start, &end) || end == start)
        return false;
    if (*start != '[') {
        buf_append(out, document, (size_t)(start - document));
        buf_puts(out, "[");
        buf_append(out, start, (size_t)(end - start));
        buf_printf(out, ",%s]", statement);
    } else {
        for (last = end - 1; is_json_blank(last[-1]); last--)
            ;
        bool is_empty = last[-1] == '[' && last - 1 == start;
        const char *first = skip_json_blanks(start + 1);
        buf_append(out, document, (size_t)(last - document));
        buf_puts(out, is_empty ? "" : ",");
        if (!is_empty)
            buf_append(out, start + 1, (size_t)(first - start - 1));
        buf_puts(out, statement);
        buf_append(out, last, (size_t)(end - last));
    }
    buf_puts(out, end);
    return true;
}

/* The new document must be the old one and the statement, and nothing else. */
static bool is_only_added(const char *old, const char *new)
{
    cJSON *before = cJSON_Parse(old), *after = cJSON_Parse(new);
    cJSON *list = cJSON_GetObjectItemCaseSensitive(after, "Statement");
    cJSON *was = cJSON_GetObjectItemCaseSensitive(before, "Statement");
    int n = cJSON_GetArraySize(list);
    bool is_good = before != NULL && cJSON_IsArray(list) && n > 0;
    if (is_good) {
        cJSON_DeleteItemFromArray(list, n - 1);
        if (!cJSON_IsArray(was)) {
            cJSON *alone = cJSON_DetachItemFromArray(list, 0);
            cJSON_ReplaceItemInObjectCaseSensitive(after, "Statement", alone);
        }
        is_good = cJSON_Compare(before, after, true) != 0;
    }
    cJSON_Delete(before);
    cJSON_Delete(after);
    return is_good;
}

static pt_code add_statement_text(const char *document, const char *statement, struct buf *out,
                                  struct pt_error *err)
{
    struct buf new;
    pt_code code = PT_OK;
    buf_init(&new, TRUST_TEXT_MAX);
    if (!put_statement(&new, document, statement) || new.is_over ||
        !is_only_added(document, new.data)) {
        code = pt_error_set(err, PT_EDATA,
                            "Add it by hand: IAM console > Roles > the role > Trust relationships",
                            "the trust policy has a form that pintop does not extend");
    } else if (trust_chars(new.data) > TRUST_CHARS_MAX) {
        code = pt_error_set(err, PT_EFULL,
                            "Shorten it first: IAM console > Roles > the role > Trust "
                            "relationships",
                            "the trust policy would have %zu characters without white space, and "
                            "IAM takes at most %d, or %d where AWS has raised the quota",
                            trust_chars(new.data), TRUST_CHARS, TRUST_CHARS_MAX);
    } else {
        buf_append(out, new.data, new.len);
    }
    buf_done(&new);
    return code;
}

pt_code trust_add(const char *document, const struct trust_who *who, size_t n, struct buf *out,
                  struct pt_error *err)
{
    struct trust_whole whole;
    struct buf statement;
    struct trust_finding *findings = calloc(n, sizeof *findings);
    if (findings == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "trust policy: out of memory");
    buf_init(&statement, TRUST_TEXT_MAX);
    pt_code code = trust_judge(document, who, n, findings, &whole, err);
    if (code == PT_OK && make_statement(&statement, who, n, findings) == 0)
        buf_puts(out, document);
    else if (code == PT_OK)
        code = add_statement_text(document, statement.data, out, err);
    buf_done(&statement);
    free(findings);
    return code;
}

/* ------------------------------------------------------------------ layout */

void trust_compact(const char *text, struct buf *out)
{
    while (*text != '\0') {
        const char *end = *text == '"' ? skip_json_string(text) : text + 1;
        if (!is_json_blank(*text))
            buf_append(out, text, (size_t)(end - text));
        text = end;
    }
}

size_t trust_chars(const char *text)
{
    size_t n = 0;
    while (*text != '\0') {
        const char *end = *text == '"' ? skip_json_string(text) : text + 1;
        for (; text < end; text++)
            /* Bytes that continue a character do not count. */
            n += (end - text > 1 || !is_json_blank(*text)) && ((unsigned char)*text & 0xc0) != 0x80;
    }
    return n;
}

static void new_json_line(struct buf *out, int depth)
{
    buf_printf(out, "\n%*s", depth > 0 ? 2 * depth : 0, "");
}

void trust_layout(const char *text, struct buf *out)
{
    int depth = 0;
    while (*(text = skip_json_blanks(text)) != '\0') {
        const char *end = *text == '"' ? skip_json_string(text) : text + 1;
        bool is_open = *text == '{' || *text == '[', is_close = *text == '}' || *text == ']';
        const char *next = skip_json_blanks(end);
        if (is_close)
            new_json_line(out, --depth);
        buf_append(out, text, (size_t)(end - text));
        if (is_open && (*next == '}' || *next == ']')) {
            buf_append(out, next, 1);
            end = next + 1;
        } else if (is_open) {
            new_json_line(out, ++depth);
        } else if (*text == ',') {
            new_json_line(out, depth);
        } else if (*text == ':') {
            buf_puts(out, " ");
        }
        text = end;
    }
    buf_puts(out, "\n");
}
