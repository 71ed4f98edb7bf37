/** What is said about files, in English. */
export const filesEn = {
  "files.attach": "Attach files",
  "files.attached": "Files to be sent",
  "files.brought": "{count, plural, one {# file} other {# files}}",
  "files.cancel": "Cancel the upload of {name}",
  "files.cancelDownload": "Cancel the download of {name}, {size}",
  "files.checking": "being checked…",
  "files.denied": "Not allowed.",
  "files.download": "Download {name}, {size}",
  "files.downloading": "Download of {name}",
  "files.drop": "Drop the files here",
  "files.dropText":
    "They are attached to your message: {count, plural, one {# file} other {up to # files}}, {limit} together.",
  "files.failedFirst": "Try again or remove what was not uploaded",
  "files.gone": "Not available any more",
  "files.list": "Files",
  "files.next": "Next image",
  "files.notLoaded": "Not loaded",
  "files.open": "Open the image {name}, {size}",
  "files.pasted": "Picture {at}",
  "files.pictures": "Images",
  "files.position": "{position} of {count}",
  "files.previous": "Previous image",
  "files.refused.empty": "“{name}” is empty: there is nothing to send.",
  "files.refused.folder": "“{name}” is a folder. Attach the files that are in it, or an archive of it.",
  "files.refused.notLoaded":
    "“{name}” was not attached: a part of the program could not be loaded. Load the page again.",
  "files.refused.tooLarge":
    "“{name}” is too large: it has {size}, and the files of a message may have {limit} together.",
  "files.refused.tooLargeTogether":
    "“{name}” was not attached: the files of a message may have {limit} together.",
  "files.refused.tooMany":
    "{count, plural, one {A message brings one file at most.} other {A message brings # files at most.}} The others were not attached.",
  "files.remove": "Remove {name}",
  "files.retry": "Upload {name} again",
  "files.uploaded": "{done} of {count} uploaded",
  "files.uploading": "Upload of {name}",
  "files.wait": "The files are still being uploaded",
  "files.waiting": "waits its turn",
} as const;
