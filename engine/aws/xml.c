#include "aws/xml.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "base/buf.h"

enum { TEXT_MAX = 16 * 1024 * 1024, CHUNK = 64 * 1024 };

/* The memory of one document: chunks, wiped and freed together. */
struct chunk {
    struct chunk *next;
    size_t size, used;
    char bytes[];
};

struct xml {
    struct chunk *chunks;
    struct xml_node *root;
};

/* Also holds what is needed while parsing. */
struct parse {
    struct xml *xml;
    XML_Parser parser;
    struct xml_node *open[XML_DEPTH_MAX], *last[XML_DEPTH_MAX];
    struct buf text[XML_DEPTH_MAX];
    size_t depth, n_nodes;
    const char *why; /* NULL: no error so far */
    bool is_no_memory;
};

/* ------------------------------------------------------------------ memory */

static void *xml_take(struct xml *xml, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    struct chunk *chunk = xml->chunks;
    if (chunk == NULL || chunk->size - chunk->used < size) {
        size_t bytes = size > CHUNK ? size : CHUNK;
        chunk = malloc(sizeof *chunk + bytes);
        if (chunk == NULL)
            return NULL;
        *chunk = (struct chunk){.next = xml->chunks, .size = bytes};
        xml->chunks = chunk;
    }
    void *at = chunk->bytes + chunk->used;
    chunk->used += size;
    return at;
}

static char *xml_copy(struct xml *xml, const char *text, size_t len)
{
    char *out = xml_take(xml, len + 1);
    if (out != NULL) {
        memcpy(out, text, len);
        out[len] = '\0';
    }
    return out;
}

/* expat's own memory contains the text too. The size is stored in front of each block. */
union head {
    size_t size;
    max_align_t align;
};

static void wiping_free(void *memory)
{
    if (memory == NULL)
        return;
    union head *head = (union head *)memory - 1;
    explicit_bzero(memory, head->size);
    free(head);
}

static void *wiping_malloc(size_t size)
{
    union head *head = malloc(sizeof *head + size);
    if (head == NULL)
        return NULL;
    head->size = size;
    return head + 1;
}

static void *wiping_realloc(void *memory, size_t size)
{
    void *out = wiping_malloc(size);
    if (out != NULL && memory != NULL) {
        size_t old = ((union head *)memory - 1)->size;
        memcpy(out, memory, old < size ? old : size);
        wiping_free(memory);
    }
    return out;
}

static const XML_Memory_Handling_Suite WIPING = {wiping_malloc, wiping_realloc, wiping_free};

void xml_free(struct xml *xml)
{
    if (xml == NULL)
        return;
    for (struct chunk *chunk = xml->chunks, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        explicit_bzero(chunk->bytes, chunk->used);
        free(chunk);
    }
    free(xml);
}

/* ------------------------------------------------------------------ parsing */

static void xml_stop(struct parse *parse, const char *why)
{
    if (parse->why == NULL)
        parse->why = why;
    XML_StopParser(parse->parser, XML_FALSE);
}

static void stop_no_memory(struct parse *parse)
{
    parse->is_no_memory = true;
    xml_stop(parse, "out of memory");
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
    struct parse *parse = arg;
    (void)attributes;
    if (parse->depth == XML_DEPTH_MAX) {
        xml_stop(parse, "elements are more than 64 levels deep");
        return;
    }
    if (++parse->n_nodes > XML_NODES_MAX) {
        xml_stop(parse, "it has more than 200,000 elements");
        return;
    }
    const char *colon = strrchr(name, ':');
    const char *local = colon != NULL ? colon + 1 : name;
    struct xml_node *node = xml_take(parse->xml, sizeof *node);
    const char *kept = node != NULL ? xml_copy(parse->xml, local, strlen(local)) : NULL;
    if (kept == NULL) {
        stop_no_memory(parse);
        return;
    }
    *node = (struct xml_node){.name = kept, .text = ""};
    if (parse->depth == 0) {
        parse->xml->root = node;
    } else if (parse->last[parse->depth - 1] == NULL) {
        parse->open[parse->depth - 1]->first = node;
    } else {
        parse->last[parse->depth - 1]->next = node;
    }
    if (parse->depth > 0)
        parse->last[parse->depth - 1] = node;
    parse->open[parse->depth] = node;
    parse->last[parse->depth] = NULL;
    buf_reset(&parse->text[parse->depth++]);
}

static void XMLCALL on_end(void *arg, const char *name)
{
    struct parse *parse = arg;
    struct buf *text = &parse->text[--parse->depth];
    (void)name;
    if (text->is_over) {
        stop_no_memory(parse);
        return;
    }
    if (text->len == 0)
        return;
    const char *kept = xml_copy(parse->xml, text->data, text->len);
    if (kept == NULL)
        stop_no_memory(parse);
    else
        parse->open[parse->depth]->text = kept;
}

static void XMLCALL on_text(void *arg, const char *text, int len)
{
    struct parse *parse = arg;
    if (parse->depth > 0)
        buf_append(&parse->text[parse->depth - 1], text, (size_t)len);
}

static void XMLCALL on_doctype(void *arg, const char *name, const char *system_id,
                               const char *public_id, int has_subset)
{
    (void)name, (void)system_id, (void)public_id, (void)has_subset;
    xml_stop(arg, "it has a document type, which AWS's answers never have");
}

/* expat 2.9 has another name for a 64-bit count, and warns about the old one. */
static uint64_t line_of(XML_Parser parser)
{
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 9)
    return XML_GetCurrentLineNumber64(parser);
#else
    return XML_GetCurrentLineNumber(parser);
#endif
}

static pt_code xml_refuse(const struct parse *parse, struct pt_error *err)
{
    if (parse->is_no_memory)
        return pt_error_set(err, PT_ENOMEM, NULL, "XML: out of memory");
    enum XML_Error error = XML_GetErrorCode(parse->parser);
    const char *why = parse->why;
    if (why == NULL)
        why = error == XML_ERROR_NO_ELEMENTS ? "it is empty" : XML_ErrorString(error);
    return pt_error_set(err, PT_EDATA, "Check that the address is AWS's, and that no proxy answers",
                        "XML: line %" PRIu64 ": %s", line_of(parse->parser), why);
}

pt_code xml_parse(const char *text, size_t len, struct xml **xml, struct pt_error *err)
{
    struct parse parse = {.xml = calloc(1, sizeof **xml),
                          .parser = XML_ParserCreate_MM("UTF-8", &WIPING, NULL)};
    pt_code code = PT_OK;
    *xml = NULL;
    if (parse.xml == NULL || parse.parser == NULL) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "XML: out of memory");
        goto out;
    }
    for (size_t i = 0; i < XML_DEPTH_MAX; i++)
        buf_init_secret(&parse.text[i], TEXT_MAX);
    XML_SetUserData(parse.parser, &parse);
    XML_SetElementHandler(parse.parser, on_start, on_end);
    XML_SetCharacterDataHandler(parse.parser, on_text);
    XML_SetStartDoctypeDeclHandler(parse.parser, on_doctype);
    size_t blanks = 0; /* S3 sends them to keep the connection alive; expat requires <?xml first */
    while (blanks < len && strchr(" \t\r\n", text[blanks]) != NULL && text[blanks] != '\0')
        blanks++;
    if (XML_Parse(parse.parser, text + blanks, (int)(len - blanks), 1) != XML_STATUS_OK)
        code = xml_refuse(&parse, err);
    for (size_t i = 0; i < XML_DEPTH_MAX; i++)
        buf_done(&parse.text[i]);
out:
    if (parse.parser != NULL)
        XML_ParserFree(parse.parser);
    if (code != PT_OK)
        xml_free(parse.xml);
    else
        *xml = parse.xml;
    return code;
}

/* ------------------------------------------------------------------ asking */

const struct xml_node *xml_root(const struct xml *xml)
{
    return xml->root;
}

static const struct xml_node *xml_match(const struct xml_node *node, const char *name, size_t len)
{
    for (; node != NULL; node = node->next)
        if (strncmp(node->name, name, len) == 0 && node->name[len] == '\0')
            return node;
    return NULL;
}

const struct xml_node *xml_find(const struct xml_node *node, const char *path)
{
    while (node != NULL) {
        size_t len = strcspn(path, "/");
        node = xml_match(node->first, path, len);
        if (path[len] == '\0')
            return node;
        path += len + 1;
    }
    return NULL;
}

const char *xml_get(const struct xml_node *node, const char *path)
{
    const struct xml_node *found = xml_find(node, path);
    return found != NULL ? found->text : NULL;
}

const struct xml_node *xml_next(const struct xml_node *node, const char *name)
{
    return node != NULL ? xml_match(node->next, name, strlen(name)) : NULL;
}
