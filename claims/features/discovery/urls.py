from django.urls import path, re_path

from claims.features.discovery import robots, sitemaps
from claims.features.discovery.plain_pages import llms
from claims.features.discovery.plain_pages import views as plain

pages = [
    re_path(r"^(?P<page>(?:.*/)?)index\.md$", plain.show_markdown, name="plain-page"),
    re_path(r"^(?P<page>(?:.*/)?)index\.html\.md$", plain.redirect_alias),
    path("llms.txt", llms.llms, name="llms"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemap-news.xml", sitemaps.news, name="sitemap-news"),
    path("sitemap-<slug:kind>-<int:number>.xml", sitemaps.part, name="sitemap-part"),
    path("<slug:key>.txt", robots.indexnow_key, name="indexnow-key"),
]
