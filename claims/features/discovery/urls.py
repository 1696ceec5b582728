from django.urls import path, re_path

from claims.features.discovery import robots, sitemaps
from claims.features.discovery.plain_pages import llms
from claims.features.discovery.plain_pages import views as plain

pages = [
    re_path(r"^(?P<page>(?:.*/)?)index\.md$", plain.show_markdown, name="plain-page"),
    re_path(r"^(?P<page>(?:.*/)?)index\.html\.md$", plain.redirect_alias),
    path("llms.txt", llms.show_llms, name="llms"),
    path("robots.txt", robots.show_robots, name="robots"),
    path("sitemap.xml", sitemaps.show_index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.show_single_pages, name="sitemap-pages"),
    path("sitemap-news.xml", sitemaps.show_news, name="sitemap-news"),
    path("sitemap-<slug:kind>-<int:number>.xml", sitemaps.show_part, name="sitemap-part"),
    path("<slug:key>.txt", robots.show_indexnow_key, name="indexnow-key"),
]
