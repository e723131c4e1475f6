/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "media.h"

#include <stdlib.h>
#include <string.h>

#define UTF8 "; charset=utf-8"

/* Sorted by extension, for bsearch. */
static const struct media media[] = {
    {"7z", "application/x-7z-compressed", 0},
    {"aac", "audio/aac", 0},
    {"apk", "application/vnd.android.package-archive", 0},
    {"apng", "image/apng", 0},
    {"asc", "text/plain" UTF8, 1},
    {"atom", "application/atom+xml", 1},
    {"avi", "video/x-msvideo", 0},
    {"avif", "image/avif", 0},
    {"bib", "text/plain" UTF8, 1},
    {"bin", "application/octet-stream", 0},
    {"bmp", "image/bmp", 1},
    {"bz2", "application/x-bzip2", 0},
    {"c", "text/plain" UTF8, 1},
    {"cast", "application/x-asciicast", 1},
    {"css", "text/css" UTF8, 1},
    {"csv", "text/csv" UTF8, 1},
    {"deb", "application/vnd.debian.binary-package", 0},
    {"diff", "text/plain" UTF8, 1},
    {"doc", "application/msword", 1},
    {"docx",
     "application/"
     "vnd.openxmlformats-officedocument.wordprocessingml.document",
     0},
    {"eot", "application/vnd.ms-fontobject", 1},
    {"eps", "application/postscript", 1},
    {"epub", "application/epub+zip", 0},
    {"flac", "audio/flac", 0},
    {"gif", "image/gif", 0},
    {"gpx", "application/gpx+xml", 1},
    {"gz", "application/gzip", 0},
    {"h", "text/plain" UTF8, 1},
    {"heic", "image/heic", 0},
    {"htm", "text/html" UTF8, 1},
    {"html", "text/html" UTF8, 1},
    {"ico", "image/vnd.microsoft.icon", 1},
    {"ics", "text/calendar" UTF8, 1},
    {"ipynb", "application/x-ipynb+json", 1},
    {"iso", "application/octet-stream", 0},
    {"jar", "application/java-archive", 0},
    {"jpeg", "image/jpeg", 0},
    {"jpg", "image/jpeg", 0},
    {"js", "text/javascript" UTF8, 1},
    {"json", "application/json", 1},
    {"jsonld", "application/ld+json", 1},
    {"jxl", "image/jxl", 0},
    {"log", "text/plain" UTF8, 1},
    {"m4a", "audio/mp4", 0},
    {"m4v", "video/mp4", 0},
    {"map", "application/json", 1},
    {"md", "text/markdown" UTF8, 1},
    {"mid", "audio/midi", 1},
    {"mjs", "text/javascript" UTF8, 1},
    {"ml", "text/plain" UTF8, 1},
    {"mli", "text/plain" UTF8, 1},
    {"mov", "video/quicktime", 0},
    {"mp3", "audio/mpeg", 0},
    {"mp4", "video/mp4", 0},
    {"mpeg", "video/mpeg", 0},
    {"odp", "application/vnd.oasis.opendocument.presentation", 0},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet", 0},
    {"odt", "application/vnd.oasis.opendocument.text", 0},
    {"oga", "audio/ogg", 0},
    {"ogg", "audio/ogg", 0},
    {"ogv", "video/ogg", 0},
    {"opus", "audio/ogg", 0},
    {"otf", "font/otf", 1},
    {"patch", "text/plain" UTF8, 1},
    {"pcap", "application/vnd.tcpdump.pcap", 1},
    {"pdf", "application/pdf", 0},
    {"pem", "application/x-pem-file", 1},
    {"pgp", "application/pgp-encrypted", 0},
    {"png", "image/png", 0},
    {"pptx",
     "application/"
     "vnd.openxmlformats-officedocument.presentationml.presentation",
     0},
    {"ps", "application/postscript", 1},
    {"py", "text/plain" UTF8, 1},
    {"rar", "application/vnd.rar", 0},
    {"rss", "application/rss+xml", 1},
    {"rtf", "application/rtf", 1},
    {"sh", "text/plain" UTF8, 1},
    {"sig", "application/pgp-signature", 0},
    {"svg", "image/svg+xml", 1},
    {"tar", "application/x-tar", 1},
    {"tex", "text/plain" UTF8, 1},
    {"tgz", "application/gzip", 0},
    {"tif", "image/tiff", 1},
    {"tiff", "image/tiff", 1},
    {"toml", "application/toml", 1},
    {"tsv", "text/tab-separated-values" UTF8, 1},
    {"ttf", "font/ttf", 1},
    {"txt", "text/plain" UTF8, 1},
    {"vtt", "text/vtt" UTF8, 1},
    {"wasm", "application/wasm", 1},
    {"wav", "audio/wav", 1},
    {"weba", "audio/webm", 0},
    {"webm", "video/webm", 0},
    {"webmanifest", "application/manifest+json", 1},
    {"webp", "image/webp", 0},
    {"woff", "font/woff", 0},
    {"woff2", "font/woff2", 0},
    {"xhtml", "application/xhtml+xml", 1},
    {"xls", "application/vnd.ms-excel", 1},
    {"xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 0},
    {"xml", "application/xml", 1},
    {"xz", "application/x-xz", 0},
    {"yaml", "application/yaml", 1},
    {"yml", "application/yaml", 1},
    {"zip", "application/zip", 0},
    {"zst", "application/zstd", 0},
};

static const struct media unknown = {"", "application/octet-stream", 0};

static int
compare(const void *key, const void *entry)
{
	return strcmp(key, ((const struct media *)entry)->extension);
}

const struct media *
media_by_path(struct slice path)
{
	const struct media *found;
	char extension[16];
	size_t i, n;

	for (n = 0; n < path.len && path.data[path.len - 1 - n] != '.'; n++)
		if (path.data[path.len - 1 - n] == '/')
			return &unknown;
	if (n == path.len || n >= sizeof(extension))
		return &unknown;
	for (i = 0; i < n; i++) {
		extension[i] = path.data[path.len - n + i];
		if (extension[i] >= 'A' && extension[i] <= 'Z')
			extension[i] = (char)(extension[i] | 0x20);
	}
	extension[n] = '\0';
	found = bsearch(extension, media, sizeof(media) / sizeof(media[0]),
			sizeof(media[0]), compare);
	return found != NULL ? found : &unknown;
}
