// Ends with 1 where this Node is none of those that ui/package.json names: ^20.19 || >=24, for one.
// Written for the oldest Node that may be asked.
var range = require("../ui/package.json").engines.node;
var has = process.versions.node.split(".").map(Number);
var fits = range.split("||").some(function (part) {
  var found = /(\^|>=)(\d+)(?:\.(\d+))?/.exec(part);
  var major = Number(found[2]);
  var minor = Number(found[3] || 0);
  if (has[0] === major) return has[1] >= minor;
  return found[1] === ">=" && has[0] > major;
});
process.exit(fits ? 0 : 1);
