# How large GitLab finds a file: the memory of every object that Ruby makes of it, keys and values, each counted wherever
# it stands. Prints a line of bytes for each file.
require 'objspace'
require 'yaml'

class Reference
  attr_reader :seq

  def init_with(coder) = @seq = coder.seq
end
YAML.add_tag('!reference', Reference)

def size(object)
  own = ObjectSpace.memsize_of(object)
  case object
  when Array then own + object.sum { |item| size(item) }
  when Hash then own + object.sum { |key, value| size(key) + size(value) }
  else own
  end
end

ARGV.each do |path|
  puts size(YAML.safe_load(File.read(path, encoding: 'UTF-8'), permitted_classes: [Symbol, Reference], aliases: true))
end
