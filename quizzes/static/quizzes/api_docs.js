// Shows the OpenAPI document by Swagger UI; what is tried out goes to this site only, with the token that is typed in.
"use strict";
const docs = document.getElementById("docs");
SwaggerUIBundle({
  domNode: docs,
  url: docs.dataset.document,
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null, // the document stays here
});
