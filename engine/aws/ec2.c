#include "aws/ec2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/printable.h"

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

static pt_code ec2_ask(struct aws_client *client, const struct aws_keys *keys,
                       const char *operation, const struct buf *form, struct xml **xml,
                       struct pt_error *err)
{
    const struct aws_call call = {.service = &aws_ec2,
                                  .operation = operation,
                                  .content_type = FORM_TYPE,
                                  .body = form->data,
                                  .body_len = form->len};
    *xml = NULL;
    if (form->is_over)
        return pt_error_set(err, PT_EFULL, NULL, "EC2 %s: the request is too long", operation);
    return aws_call_xml(client, keys, &call, xml, err);
}

static void ec2_put(const struct xml_node *node, const char *path, char *out, size_t cap)
{
    printable_str(out, cap, xml_get(node, path));
}

static const char *tag_name(const struct xml_node *instance)
{
    const struct xml_node *tag = xml_find(instance, "tagSet/item");
    for (; tag != NULL; tag = xml_next(tag, "item")) {
        const char *key = xml_get(tag, "key");
        if (key != NULL && strcmp(key, "Name") == 0)
            return xml_get(tag, "value");
    }
    return NULL;
}

static void take_instance(const struct xml_node *node, struct ec2_instance *out)
{
    ec2_put(node, "instanceId", out->id, sizeof out->id);
    ec2_put(node, "instanceState/name", out->state, sizeof out->state);
    ec2_put(node, "keyName", out->key_name, sizeof out->key_name);
    ec2_put(node, "dnsName", out->public_dns, sizeof out->public_dns);
    ec2_put(node, "privateDnsName", out->private_dns, sizeof out->private_dns);
    ec2_put(node, "ipAddress", out->public_address, sizeof out->public_address);
    ec2_put(node, "vpcId", out->vpc, sizeof out->vpc);
    ec2_put(node, "subnetId", out->subnet, sizeof out->subnet);
    ec2_put(node, "groupSet/item/groupId", out->security_group, sizeof out->security_group);
    ec2_put(node, "iamInstanceProfile/arn", out->profile_arn, sizeof out->profile_arn);
    printable_str(out->name, sizeof out->name, tag_name(node));
}

/* Instances are nested in reservations. Returns false when out of memory. */
static bool ec2_take_page(const struct xml_node *root, size_t limit, struct ec2_instances *out)
{
    const struct xml_node *reservation = xml_find(root, "reservationSet/item");
    for (; reservation != NULL; reservation = xml_next(reservation, "item")) {
        const struct xml_node *node = xml_find(reservation, "instancesSet/item");
        for (; node != NULL && out->n < limit; node = xml_next(node, "item")) {
            struct ec2_instance *grown = aws_grow(out->items, out->n, sizeof *grown);
            if (grown == NULL)
                return false;
            out->items = grown;
            take_instance(node, &grown[out->n++]);
        }
    }
    return true;
}

static void put_form(struct buf *form, const struct ec2_filter *filters, size_t n,
                     const char *token)
{
    char name[40];
    buf_reset(form);
    aws_form_add(form, "Action", "DescribeInstances");
    aws_form_add(form, "Version", "2016-11-15");
    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "Filter.%zu.Name", i + 1);
        aws_form_add(form, name, filters[i].name);
        snprintf(name, sizeof name, "Filter.%zu.Value.1", i + 1);
        aws_form_add(form, name, filters[i].value);
    }
    if (token[0] != '\0')
        aws_form_add(form, "NextToken", token);
}

pt_code ec2_describe_instances(struct aws_client *client, const struct aws_keys *keys,
                               const struct ec2_filter *filters, size_t n_filters, size_t limit,
                               struct ec2_instances *out, struct pt_error *err)
{
    char token[1024] = "";
    struct buf form;
    pt_code code;
    int pages = 0;
    memset(out, 0, sizeof *out);
    buf_init(&form, 32 * 1024);
    do {
        struct xml *xml;
        put_form(&form, filters, n_filters, token);
        code = ec2_ask(client, keys, "DescribeInstances", &form, &xml, err);
        if (code != PT_OK)
            break;
        if (!ec2_take_page(xml_root(xml), limit, out))
            code = pt_error_set(err, PT_ENOMEM, NULL, "EC2 DescribeInstances: out of memory");
        const char *next = xml_get(xml_root(xml), "nextToken");
        snprintf(token, sizeof token, "%s", next != NULL ? next : "");
        xml_free(xml);
    } while (code == PT_OK && token[0] != '\0' && out->n < limit && ++pages < AWS_PAGES_MAX);
    out->is_truncated = token[0] != '\0';
    buf_done(&form);
    if (code != PT_OK)
        ec2_instances_done(out);
    return code;
}

void ec2_instances_done(struct ec2_instances *instances)
{
    free(instances->items);
    memset(instances, 0, sizeof *instances);
}

/* Returns false when out of memory. */
static bool ec2_take_pairs(const struct xml_node *root, struct ec2_key_pairs *out)
{
    const struct xml_node *node = xml_find(root, "keySet/item");
    for (; node != NULL; node = xml_next(node, "item")) {
        struct ec2_key_pair *grown = aws_grow(out->items, out->n, sizeof *grown);
        if (grown == NULL)
            return false;
        out->items = grown;
        struct ec2_key_pair *pair = &grown[out->n++];
        ec2_put(node, "keyPairId", pair->id, sizeof pair->id);
        ec2_put(node, "keyName", pair->name, sizeof pair->name);
        ec2_put(node, "keyType", pair->type, sizeof pair->type);
        ec2_put(node, "keyFingerprint", pair->fingerprint, sizeof pair->fingerprint);
    }
    return true;
}

pt_code ec2_describe_key_pairs(struct aws_client *client, const struct aws_keys *keys,
                               struct ec2_key_pairs *out, struct pt_error *err)
{
    struct buf form;
    struct xml *xml;
    memset(out, 0, sizeof *out);
    buf_init(&form, 4096);
    aws_form_add(&form, "Action", "DescribeKeyPairs");
    aws_form_add(&form, "Version", "2016-11-15");
    pt_code code = ec2_ask(client, keys, "DescribeKeyPairs", &form, &xml, err);
    buf_done(&form);
    if (code == PT_OK && !ec2_take_pairs(xml_root(xml), out))
        code = pt_error_set(err, PT_ENOMEM, NULL, "EC2 DescribeKeyPairs: out of memory");
    xml_free(xml);
    if (code != PT_OK)
        ec2_key_pairs_done(out);
    return code;
}

void ec2_key_pairs_done(struct ec2_key_pairs *pairs)
{
    free(pairs->items);
    memset(pairs, 0, sizeof *pairs);
}
