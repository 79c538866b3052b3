/* Where this host keeps the certificates that it trusts. The TLS libraries know only the place of
 * the distribution they were built for; a program that was built on another one has to look
 * further. */
#ifndef BASE_CA_FILE_H
#define BASE_CA_FILE_H

/* Returns the first file of trusted CA certificates (PEM), of all the places that distributions
 * use, that can be read below root; its name is without root. NULL when there is none.
 *
 * root  "" for this host.
 * Static. Thread: any. */
const char *ca_file_below(const char *root);

/* Returns the file that OpenSSL has to be given, or NULL when it finds certificates itself: in
 * SSL_CERT_FILE, SSL_CERT_DIR, or its own file or directory. Thread: any; reads a directory. */
const char *ca_file_for_openssl(void);

/* The same, where OpenSSL's own places are file and dir. */
const char *ca_file_beside(const char *file, const char *dir);

#endif
