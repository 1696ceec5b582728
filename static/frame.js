// Reports to the page around this frame how high its content is, and when the claim was last changed. At once, because
// browsers observe nothing in a frame that is not shown yet. The page answers with the change that its reader saw last.
const content = document.querySelector("main");
const { changed } = content.dataset;
const report = () => parent.postMessage({ factcheck: Math.ceil(content.getBoundingClientRect().height), changed }, "*");
addEventListener("message", ({ source, data }) => {
  const notice = document.querySelector("[data-corrected]");
  if (notice && source === parent && data?.factcheckSeen < notice.dataset.corrected) notice.hidden = false;
});
report();
new ResizeObserver(report).observe(content);
