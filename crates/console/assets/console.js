// What is nicer with a script: nothing typed into a long form is lost, and places are suggested while typing.
// Every page works without it.
"use strict";
(function () {
  var store;
  try { store = window.localStorage; } catch (none) { store = null; }

  document.querySelectorAll("form[data-keep]").forEach(function (form) {
    var key = "jizuo:" + form.dataset.keep;
    var typed = function () {
      var kept = {};
      new FormData(form).forEach(function (value, name) {
        if (!["csrf", "once", "version", "back"].includes(name) && typeof value === "string" && value) { kept[name] = value; }
      });
      return kept;
    };
    if (store && !form.dataset.filled) {
      try {
        var kept = JSON.parse(store.getItem(key) || "{}");
        Object.keys(kept).forEach(function (name) {
          var input = form.elements.namedItem(name);
          if (input && !(input instanceof RadioNodeList) && input.type !== "checkbox" && !input.value) { input.value = kept[name]; }
          if (input instanceof RadioNodeList && !input.value) { input.value = kept[name]; }
        });
      } catch (unreadable) { store.removeItem(key); }
    }
    form.addEventListener("input", function () {
      if (store) { try { store.setItem(key, JSON.stringify(typed())); } catch (full) { return; } }
    });
    form.addEventListener("submit", function (event) {
      if (event.submitter && event.submitter.name === "_more") { return; }
      if (store) { store.removeItem(key); }
      // A second click while the first is on its way is stopped here, and by the server if it gets there.
      setTimeout(function () { form.querySelectorAll("button").forEach(function (button) { button.disabled = true; }); }, 0);
    });
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { document.querySelectorAll("form button:disabled").forEach(function (button) { button.disabled = false; }); }
  });

  document.querySelectorAll("input[data-suggest]").forEach(function (input) {
    var list = document.getElementById(input.dataset.suggest);
    var timer, asked = 0;
    if (!list) { return; }
    input.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        var url = new URL(input.form.action);
        var mine = ++asked;
        new FormData(input.form).forEach(function (value, name) { url.searchParams.set(name, value); });
        fetch(url, { headers: { "x-part": "list" } }).then(function (answer) { return answer.ok ? answer.text() : ""; }).then(function (html) {
          if (mine === asked && html) { list.innerHTML = html; }
        }, function () { return undefined; });
      }, 150);
    });
  });
  // How far a long work is, without loading the page by hand.
  var poll = function () {
    var here = document.querySelector("[data-poll]");
    if (!here) { return; }
    setTimeout(function () {
      fetch(location.href).then(function (answer) { return answer.ok ? answer.text() : ""; }).then(function (html) {
        var fresh = html && new DOMParser().parseFromString(html, "text/html").getElementById(here.id);
        if (!fresh) { return; }
        if (!fresh.hasAttribute("data-poll")) { location.reload(); return; }
        here.replaceWith(fresh);
        poll();
      }, function () { return undefined; });
    }, Number(here.dataset.poll));
  };
  poll();
  // Photographs of a telephone are larger than what is needed to see what it is about: they are made smaller before they are
  // sent, and lose what the camera wrote into them.
  document.querySelectorAll("input[data-shrink]").forEach(function (input) {
    var SIDE = 1600, SMALL = 400000;
    var smaller = function (file) {
      if (!/^image\/(jpeg|png)$/.test(file.type) || file.size < SMALL) { return Promise.resolve(file); }
      return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
        var scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
        var canvas = document.createElement("canvas");
        canvas.width = Math.round(picture.width * scale);
        canvas.height = Math.round(picture.height * scale);
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        return new Promise(function (resolve) { canvas.toBlob(resolve, "image/jpeg", 0.82); });
      }).then(function (blob) {
        return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
      }).catch(function () { return file; });
    };
    input.addEventListener("change", function () {
      var buttons = input.form.querySelectorAll("button");
      var wait = function (yes) { buttons.forEach(function (button) { button.disabled = yes; }); };
      if (!window.createImageBitmap || !window.DataTransfer) { return; }
      wait(true);
      Promise.all(Array.from(input.files, smaller)).then(function (files) {
        var kept = new DataTransfer();
        files.forEach(function (file) { kept.items.add(file); });
        input.files = kept.files;
      }).catch(function () { return undefined; }).then(function () { wait(false); });
    });
  });

  // A form that needs no signing in can be filled where there is no line: worker.js keeps it and sends it later, under the key
  // that is made here, since the page may be one that was kept.
  var later = document.querySelector("form[data-later]");
  var box = document.getElementById("later");
  if (later && box && "serviceWorker" in navigator && window.crypto && crypto.randomUUID) {
    later.elements.namedItem("once").value = crypto.randomUUID();
    var send = function () {
      navigator.serviceWorker.ready.then(function (known) { known.active.postMessage("send"); });
    };
    navigator.serviceWorker.addEventListener("message", function (event) {
      var told = event.data;
      box.hidden = !told.waiting && !told.answers.length;
      box.textContent = told.waiting ? box.dataset.waiting + told.waiting : "";
      told.answers.forEach(function (path) {
        var link = document.createElement("a");
        link.href = path;
        link.textContent = box.dataset.sent;
        box.append(document.createElement("br"), link);
      });
      if (told.waiting) { setTimeout(send, 10000); }
    });
    navigator.serviceWorker.register("/console/worker.js").then(function () { return navigator.serviceWorker.ready; }).then(function () {
      var parts = Array.from(document.querySelectorAll("head link, head script"), function (one) { return one.href || one.src; });
      return caches.open("jizuo-later-pages").then(function (pages) { return pages.addAll([location.pathname].concat(parts)); });
    }).catch(function () { return undefined; }).then(send);
    window.addEventListener("online", send);
  }
  var summary = document.querySelector(".faults");
  if (summary) { summary.focus(); }
})();
