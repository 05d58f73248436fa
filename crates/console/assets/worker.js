// Lets a form that needs no signing in be filled where there is no line: what was sent waits in this browser, under the key that
// its page made, and is sent when there is a line again. What has arrived once is done once, however often it is sent.
"use strict";
(function () {
  var PAGES = "jizuo-later-pages", ANSWERS = "jizuo-later-answers";

  // What waits: [{ id, url, type, body, at }].
  function waiting(work) {
    return new Promise(function (resolve, reject) {
      var open = indexedDB.open("jizuo-later", 1);
      open.onupgradeneeded = function () { open.result.createObjectStore("waiting", { keyPath: "id" }); };
      open.onerror = function () { reject(open.error); };
      open.onsuccess = function () {
        var change = open.result.transaction("waiting", "readwrite");
        var asked = work(change.objectStore("waiting"));
        change.oncomplete = function () { open.result.close(); resolve(asked.result); };
        change.onerror = function () { open.result.close(); reject(change.error); };
      };
    });
  }

  async function keep(url, type, body) {
    var form = await new Response(body, { headers: { "content-type": type } }).formData();
    return waiting(function (store) {
      return store.put({ id: form.get("once"), url: url, type: type, body: body, at: Date.now() });
    });
  }

  function post(one) {
    // What waits since before files were taken has no type.
    var type = one.type || "application/x-www-form-urlencoded";
    return fetch(one.url, { method: "POST", headers: { "content-type": type }, body: one.body });
  }

  // One at a time: of two that send the same, one would be told to wait.
  var sending = null;
  function send() {
    sending = sending || sendAll().finally(function () { sending = null; });
    return sending;
  }

  // Sends what waits, one after the other; stops where there is still no line, or where it is to be tried later.
  async function sendAll() {
    var all = await waiting(function (store) { return store.getAll(); });
    for (var one of all) {
      var answer = await post(one);
      if (answer.status === 409 || answer.status >= 500) { break; }
      var answers = await caches.open(ANSWERS);
      await answers.put("/console/later/" + one.id, answer);
      await waiting(function (store) { return store.delete(one.id); });
    }
  }

  // What has arrived is shown for a day: the next person at this device is not to find it.
  async function forget() {
    var answers = await caches.open(ANSWERS);
    for (var request of await answers.keys()) {
      var answer = await answers.match(request);
      if (!(Date.now() - Date.parse(answer.headers.get("date")) < 86400000)) { await answers.delete(request); }
    }
  }

  self.addEventListener("install", function () { self.skipWaiting(); });
  self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

  self.addEventListener("fetch", function (event) {
    var request = event.request;
    var url = new URL(request.url);
    if (url.origin !== location.origin) { return; }
    if (request.method === "GET" && url.pathname.startsWith("/console/later/")) {
      event.respondWith(caches.open(ANSWERS).then(function (answers) { return answers.match(url.pathname); }).then(function (found) {
        return found || Response.error();
      }));
    } else if (request.method === "GET" && (request.mode === "navigate" || url.pathname.startsWith("/console/assets/"))) {
      event.respondWith(fetch(request).catch(function () {
        return caches.open(PAGES).then(function (pages) { return pages.match(request, { ignoreSearch: true }); }).then(function (found) {
          return found || Response.error();
        });
      }));
    } else if (request.method === "POST" && request.mode === "navigate") {
      event.respondWith(posted(request, url));
    }
  });

  async function posted(request, url) {
    var pages = await caches.open(PAGES);
    var known = await pages.match(url.pathname);
    if (!known) { return fetch(request); }
    var body = await request.clone().arrayBuffer();
    try { return await fetch(request); } catch (none) {
      await keep(url.pathname, request.headers.get("content-type"), body);
      return Response.redirect(url.pathname + "?kept", 303);
    }
  }

  self.addEventListener("sync", function (event) { event.waitUntil(send()); });

  // The page asks what waits and what has arrived, and to send.
  self.addEventListener("message", function (event) {
    event.waitUntil((async function () {
      if (event.data === "send") { await send().catch(function () { return undefined; }); }
      await forget();
      var all = await waiting(function (store) { return store.getAll(); });
      var answers = await (await caches.open(ANSWERS)).keys();
      event.source.postMessage({ waiting: all.length, answers: answers.map(function (one) { return new URL(one.url).pathname; }) });
    })());
  });
})();
